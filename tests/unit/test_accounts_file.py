"""Accounts of the broker: of whom, with which topics, and what is wrong with a file of publishers."""

import base64
import hashlib
import json
import re
from pathlib import Path
from traceback import format_exception

import pytest
from argon2 import PasswordHasher
from psycopg.conninfo import conninfo_to_dict

from besok.model.errors import BesokError, SettingsError
from besok.model.settings import load
from besok.model.sitefile import parse as parse_sites
from besok.services import sign_in
from cli.broker import mosquitto_files
from cli.broker.account_folder import Folder
from cli.broker.accounts import Publisher, accounts, overlap, parse
from tests.sitetext import door, sensor, site, space

HOUSE = parse_sites(
    "".join((site(), space("hall", ("Hall", "Hall")), door("front", ("Entré", "Front")), sensor("front")))
).sites
GATEWAY = Publisher(name="gateway", topics=("v3/+/devices/+/up",), reads=("v3/down",))


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/c", False),
        ("a/+", "a/c", True),
        ("a/+/c", "a/b/d", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("a", "a/b", False),
        ("#", "x/y", True),
        ("a/b/#", "a/+", True),
        ("a/b/#", "a/c/#", False),
    ],
)
def test_filters_overlap(one: str, other: str, shared: bool) -> None:
    assert overlap(one, other) is overlap(other, one) is shared


def test_each_native_sensor_has_an_account_unless_a_gateway_sends_for_it() -> None:
    own = {a.name: a for a in accounts(HOUSE, [GATEWAY]).accounts}
    assert own["lib.front"].writes == ("besok/v1/lib/front/#",)
    assert own["lib.front"].reads == ()
    assert own["gateway"].reads == ("v3/down",)
    assert [a.name for a in own.values() if a.reads == ("#",)] == ["besok-collector", "besok-recorder"]
    assert "besok-simulator" not in own  # the house is not a sandbox
    whole = accounts(HOUSE, [Publisher(name="hub", topics=("besok/v1/lib/#",))]).accounts
    assert "lib.front" not in {a.name for a in whole}


def test_a_device_belongs_to_one_publisher() -> None:
    with pytest.raises(BesokError, match="a device belongs to one publisher"):
        accounts(HOUSE, [GATEWAY, Publisher(name="other", topics=("v3/house/#",))])
    with pytest.raises(BesokError, match="several accounts would be called"):
        accounts(HOUSE, [Publisher(name="besok-collector", topics=("x",))])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[publishers]]\nname = "a b"\ntopics = ["x"]', "cannot be the name of an account"),
        ('[[publishers]]\nname = "a"\ntopics = []', "it may send nothing"),
        ('[[publishers]]\nname = "a"\ntopics = ["x/#/y"]', "# takes all that follows"),
        ('[[publishers]]\nname = "a"\ntopic = ["x"]', "the key is not known"),
        ('[[gateways]]\nname = "a"', "gateways: the key is not known"),
        ("name = ", "this is not TOML"),
    ],
)
def test_a_file_of_publishers_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(BesokError, match=said):
        parse(text, "publishers.toml")


def test_publishers_are_read() -> None:
    text = '[[publishers]]\nname = "gateway"\ntopics = ["v3/+/devices/+/up"]\nreads = ["v3/down"]'
    assert parse(text, "publishers.toml") == (GATEWAY,)


def test_passwords_are_made_once_and_hashed(tmp_path: Path) -> None:
    folder, found = Folder(path=tmp_path), accounts(HOUSE, [GATEWAY], former=["cafe-door"])
    for _ in range(2):
        folder.write(found, {"cafe-door": "$7$101$old$hash"})
    hashes = mosquitto_files.known_hashes((tmp_path / "mosquitto" / "passwords").read_text())
    assert hashes["cafe-door"] == "$7$101$old$hash"
    rounds, salt, digest = hashes["gateway"].removeprefix("$7$").split("$")
    password = (tmp_path / "accounts" / "gateway").read_text()
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), base64.b64decode(salt), int(rounds), 64)
    assert base64.b64encode(made).decode() == digest
    assert "user cafe-door\ntopic write #" in (tmp_path / "mosquitto" / "acl").read_text()
    secret = [p for p in tmp_path.rglob("*") if p.is_file() and p.stat().st_mode & 0o077]
    assert not secret
    defined = json.loads((tmp_path / "rabbitmq.json").read_text())
    assert password not in json.dumps(defined)
    (topics,) = (t for t in defined["topic_permissions"] if t["user"] == "gateway")
    assert re.search(topics["write"], "v3.house.devices.vs133.up")
    assert not re.search(topics["write"], "v3.house.devices.vs133.down")


@pytest.mark.parametrize(
    "url",
    [
        *(f"postgresql://besok:{password}@db/besok" for password in ("hunter%zz", "hunter@2", "hunter/2")),
        *("postgresql://besok:h@x:hunter@db/besok", "host=db password=h hunter"),
        *("host=db password=h hunter=2", "postgresql://besok:h/x?hunter=2@db/besok"),
        "postgresql://db/besok?password=h&hunter=2",
    ],
)
def test_an_address_that_would_be_quoted_with_its_password_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BESOK_DATABASE_URL", url)
    with pytest.raises(SettingsError, match="%40") as told:
        load()
    assert "hunter" not in "".join(format_exception(told.value))


@pytest.mark.parametrize(
    "url",
    [
        *("host=@pg dbname=a@b", "postgresql://besok:h@/besok?host=@pg", "postgresql://besok:h@%40pg/a%40b"),
        "postgresql://besok:h@db?host=@pg",
    ],
)
def test_an_address_may_hold_an_at_sign(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BESOK_DATABASE_URL", url)
    assert load().database_url.get_secret_value() == url


@pytest.mark.parametrize("url", ["postgresql://besok:h@db/besok?sslmod=require", "host=db sslmod=require"])
def test_an_option_that_the_database_does_not_know_is_named(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BESOK_DATABASE_URL", url)
    with pytest.raises(SettingsError, match=r'BESOK_DATABASE_URL: .*"sslmod"$'):
        load()


@pytest.mark.parametrize("url", ["postgresql://besok@db/besok", "host=db user=besok dbname=besok"])
def test_secrets_stand_in_files(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "password"
    file.write_text("p&ss word\n")
    monkeypatch.setenv("BESOK_DATABASE_URL", url)
    monkeypatch.setenv("BESOK_DATABASE_PASSWORD_FILE", str(file))
    monkeypatch.setenv("BESOK_MQTT_PASSWORD_FILE", str(file))
    settings = load()
    assert settings.mqtt_password.get_secret_value() == "p&ss word"
    parts = {"host": "db", "user": "besok", "dbname": "besok", "password": "p&ss word"}
    assert conninfo_to_dict(settings.database_url.get_secret_value()) == parts
    monkeypatch.setenv("BESOK_MQTT_PASSWORD_FILE", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match=r"BESOK_MQTT_PASSWORD_FILE: .* cannot be read"):
        load()


def test_a_password_of_any_kind_is_kept_as_argon2id(
    quick_passwords: PasswordHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "_hasher", quick_passwords)
    for password in ("å" * 12, "x" * 200):
        kept = sign_in.hashed(password)
        assert re.match(r"\$argon2id\$v=19\$m=(\d{5,}),t=[3-9],p=", kept) and password not in kept
    for password in ("eleven char", "x" * 201):
        with pytest.raises(ValueError, match="12 to 200"):
            sign_in.hashed(password)
