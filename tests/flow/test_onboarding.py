"""From a sensor nobody has placed to a figure: it is listed with where it may hang, and its past counts once placed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from besok.model.settings import Settings
from cli.stack import program
from tests.commands import besok
from tests.patience import wait_for

Fixture = Callable[..., Any]
LIBRARY = "stadsbiblioteket"
NOW = datetime.now(UTC).replace(second=0, microsecond=0)


@pytest.fixture
def house() -> str:
    """The example's library: its database is this test's own, and so is the name of its device."""
    return LIBRARY


@pytest.fixture
def settings(database_url: str, broker: tuple[str, int]) -> Settings:
    """A collector that hears the topic of one device."""
    return Settings(
        database_url=SecretStr(database_url),
        mqtt_host=broker[0],
        mqtt_port=broker[1],
        mqtt_topics=f"besok/v1/{LIBRARY}/vs-hiss-ner/#",
        mqtt_client_id="besok-onboarding",
    )


def with_lines(text: str, toml: str) -> str:
    """The site file with the lines among the sensors of the library, where a caretaker would put them."""
    begin = text.index("[[sites]]", text.index('id = "stadsbiblioteket"'))
    return f"{text[:begin]}\n{toml}\n{text[begin:]}"


def people_in(ask: httpx2.Client, portal: str) -> list[float]:
    """What the API says went in through a portal, in hours that were observed."""
    query = {"from": (NOW - timedelta(hours=6)).isoformat(), "to": NOW.isoformat(), "step": "hour"}
    points = ask.get(f"/api/v1/sites/{LIBRARY}/flows", params=query).json()
    return [p["people_in"] for p in points if p["portal"] == portal and p["people_in"]]


def test_the_past_of_a_sensor_counts_once_it_is_placed(
    settings: Settings, collect: Fixture, publish: Fixture, ask: httpx2.Client, count: Fixture,
    database_url: str, tmp_path: Path,
) -> None:  # fmt: skip
    past = [
        (
            "vs-hiss-ner/flow",
            {"time": (NOW - timedelta(hours=5) + timedelta(minutes=n)).isoformat(), "period_s": 60, "in": 2},
        )
        for n in range(200)
    ]
    with collect(settings):
        publish(past)
        wait_for(lambda: count() == 200)
    (stranger,) = ask.get("/api/v1/devices/unplaced").json()
    device, (suggestion,) = stranger["device"], stranger["suggestions"]
    assert (device["device"], device["topic"]) == (
        f"{LIBRARY}/vs-hiss-ner",
        f"besok/v1/{LIBRARY}/vs-hiss-ner/flow",
    )
    assert device["channels"][0]["readings"][0]["metric"] == "in"
    assert datetime.fromisoformat(device["first_heard"]) == NOW - timedelta(hours=5)
    assert (suggestion["portal"], suggestion["sure"]) == (
        "lift-down",
        "weak",
    )  # the lift has a sensor already
    before = people_in(ask, "lift-down")
    assert before == []

    assert "vs-hiss-ner" in besok(database_url, "device", "list", "--unplaced").stdout
    toml = besok(database_url, "device", "suggest").stdout
    file = tmp_path / "house.toml"
    file.write_text(with_lines((program.ROOT / "sites" / "helsingborg.toml").read_text(), toml))
    assert "Applied." in besok(database_url, "site", "apply", "--yes", str(file)).stdout

    assert sum(people_in(ask, "lift-down")) == 400
    assert ask.get("/api/v1/devices/unplaced").json() == []
    assert f"{LIBRARY}/lift-down" in besok(database_url, "device", "list").stdout
    assert "Every sensor that is heard has its place" in besok(database_url, "device", "suggest").stdout
