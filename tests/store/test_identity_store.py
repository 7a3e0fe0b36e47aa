"""Bindings, new devices and pseudonyms in the database: learnt, limited over all collectors, and resolved."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import pytest
from counted import HOUSE
from msgspec.structs import replace
from typer.testing import Result

from besok.model import sitefile
from besok.model.errors import NotFound, SiteFileError, StoreUnavailable
from besok.model.pseudonyms import pseudonym
from besok.model.readings import Message, Status
from besok.store import decode_context, identity, sites
from besok.store.database import Database
from besok.store.write import Written, write
from collectors import pipeline
from collectors.identity import Registrar
from collectors.replay import replay
from tests.databases import execute

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BEAMS = """
[[sites.mappings]]
name = "beams"
topic = "+/beam/#"
device = "$.mac"
seq = "$.no"
values = { in = "$.n" }
"""
PLACED = 'portal = "front"\nsource = "beams"\ndevice = "m1"\n'


def with_beam(more: str = "", *, placed: bool = True) -> str:
    """A house whose front door a beam counts too, or may count one day."""
    return HOUSE + (f"[[sites.sensors]]\n{PLACED}{more}\n" if placed else "") + BEAMS


def build(db: Database, more: str = "", *, placed: bool = True) -> list[str]:
    return sites.apply(db, sitefile.parse(with_beam(more, placed=placed)))


def sent(topic: str, device: str = "m1", number: int = 1) -> Message:
    payload = json.dumps({"mac": device, "no": number, "n": number}).encode()
    return Message(topic=topic, payload=payload, received=NOON + timedelta(minutes=number))


def collect(db: Database, *messages: Message, limit: int = 100, now: datetime = NOON) -> Written:
    """What a collector does with messages."""
    known = decode_context.load(db)
    registrar = Registrar(db, limit, lambda: now)
    return write(db, pipeline.decode(messages, known, registrar.refused))


def counted(db: Database) -> list[tuple[str, float]]:
    return execute(
        db,
        "select external_id, value from reading join channel using (channel_id) join device using (device_id)"
        " order by 1, 2",
    )


def reasons(db: Database) -> list[str]:
    return [row[0] for row in execute(db, "select reason from rejected order by rejected_id")]


def bound(db: Database, device: str = "m1") -> tuple[str, ...]:
    return decode_context.load(db).topics["beams", device]


def test_a_device_is_bound_to_the_topics_it_was_heard_on_before_it_was_placed(db: Database) -> None:
    build(db, placed=False)
    collect(db, sent("a/beam/1"), sent("b/beam/m1/x", number=2))
    build(db)
    assert bound(db) == ("a/beam/1", "b/beam/m1/#")
    assert collect(db, sent("c/beam/1", number=9), sent("b/beam/m1/y", number=3)).rejected == 1
    assert counted(db) == [("m1", 1), ("m1", 2), ("m1", 3)]
    assert "is bound to a/beam/1 and b/beam/m1/#" in reasons(db)[0]


def test_a_device_that_is_placed_before_it_is_heard_is_bound_by_its_first_message(db: Database) -> None:
    build(db)
    assert bound(db) == ()
    assert collect(db, sent("a/beam/1"), sent("b/beam/1", number=2)).rejected == 1
    assert bound(db) == ("a/beam/1",)
    assert collect(db, sent("b/beam/1", number=3)).rejected == 1
    assert counted(db) == [("m1", 1)]


def test_of_two_collectors_that_bind_a_device_the_second_decodes_again(db: Database) -> None:
    build(db)
    known = decode_context.load(db)  # both of them know this
    write(db, pipeline.decode([sent("a/beam/1")], known))
    with pytest.raises(StoreUnavailable, match="meanwhile"):
        write(db, pipeline.decode([sent("b/beam/1", number=2)], known))
    assert counted(db) == [("m1", 1)]


def test_the_site_file_says_where_a_device_speaks(db: Database) -> None:
    build(db, 'topics = ["hus/+/1", "hus/beam/2"]')
    assert bound(db) == ("hus/+/1", "hus/beam/2")
    assert collect(db, sent("hus/beam/1"), sent("a/beam/1", number=2)).rejected == 1
    assert sites.apply(db, sites.export(db)) == []
    assert 'topics = ["hus/+/1", "hus/beam/2"]' in sitefile.dump(sites.export(db))
    assert build(db) == [], "what a file leaves out stays"
    assert build(db, 'topics = ["a/beam/1"]') == [
        "lib: sensor beams m1 flow:1: topics: hus/+/1, hus/beam/2 → a/beam/1"
    ]
    assert bound(db) == ("a/beam/1",)
    assert replay(db, now=NOON) == (1, 0)
    assert counted(db) == [("m1", 1), ("m1", 2)]


@pytest.mark.parametrize(
    ("more", "device", "words"),
    [
        ('topics = ["a/#/b"]', PLACED, "# takes all that follows"),
        (
            'topics = ["a"]',
            'portal = "front"\ndevice = "x"\n',
            "speaks on besok/v1/lib/x/...; leave out topics",
        ),
    ],
)
def test_topics_that_cannot_be_are_refused(more: str, device: str, words: str) -> None:
    with pytest.raises(SiteFileError, match=words.replace(".", r"\.")):
        sitefile.parse(f"{HOUSE}[[sites.sensors]]\n{device}{more}\n{BEAMS}")


def test_a_device_that_moves_is_bound_by_a_command_and_its_messages_are_replayed(db: Database) -> None:
    build(db)
    collect(db, sent("a/beam/1"))
    collect(db, sent("b/beam/1", number=2))
    assert replay(db, now=NOON) == (0, 1), "a replay goes by the same rule"
    identity.set_topics(db, "m1", ["b/beam/#"])
    assert replay(db, now=NOON) == (1, 0)
    assert counted(db) == [("m1", 1), ("m1", 2)]
    identity.set_topics(db, "m1", [])
    assert bound(db) == ()
    with pytest.raises(NotFound, match="besok device list"):
        identity.set_topics(db, "m9", [])


def test_an_upgraded_database_binds_its_devices_to_what_they_were_heard_on(db: Database) -> None:
    build(db, placed=False)
    collect(db, sent("a/beam/m1/x"))
    build(db)
    execute(db, "update device set heard_on = '{}'")
    script = sql_of("0020_topics")
    execute(db, next(part for part in script.split(";") if "set heard_on" in part))
    assert bound(db) == ("a/beam/m1/#",)
    assert collect(db, sent("b/beam/m1/x", number=2)).rejected == 1


def sql_of(name: str) -> str:
    from besok.store import schema

    return next(text for found, text, _ in schema.scripts("migrations") if found == name)


def test_so_many_new_devices_an_hour_over_all_collectors(db: Database) -> None:
    build(db)
    collect(db, *(sent("a/beam/1", f"n{n}", n) for n in range(3)), limit=5)
    collect(db, *(sent("a/beam/1", f"n{n}", n) for n in range(2, 9)), limit=5)
    assert [device for device, _ in counted(db)] == ["n0", "n1", "n2", "n3", "n4"]
    assert len(reasons(db)) == 4
    assert collect(db, sent("a/beam/1", "m1"), limit=5).rejected == 0, "a placed one is not new"
    later = NOON + timedelta(minutes=61)
    assert replay(db, now=later, new_devices=3) == (3, 1), "what was kept is stored when there is room"
    assert collect(db, sent("a/beam/1", "n99"), limit=3, now=later).rejected == 1


def test_a_device_that_only_says_that_it_is_there_is_a_new_one_too(db: Database) -> None:
    build(db)
    known = decode_context.load(db)
    messages = [
        Message(topic=f"besok/v1/lib/d{n}/status", payload=b"online", received=NOON) for n in range(4)
    ]
    registrar = Registrar(db, 3, lambda: NOON)
    batch = pipeline.decode(messages, known, registrar.refused)
    write(db, batch)
    assert [status for status, _ in batch.statuses] == [
        Status(source="native", device=f"lib/d{n}", online=True) for n in range(3)
    ]
    assert execute(db, "select count(*) from device where external_id ~ '^lib/d'") == [(3,)]


def test_a_device_cannot_invent_lines_without_end(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "CHANNELS_LIMIT", 3)
    keys = [("native", "lib/d", f"flow:{n}") for n in range(5)]
    assert identity.admit(db, keys, 9, NOON) == set(keys[3:])


def test_the_database_is_asked_about_new_devices_only(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    build(db)
    collect(db, sent("a/beam/1"))
    asked: list[object] = []

    def admit(db: Database, keys: Iterable[object], *_: object) -> set[object]:
        asked.extend(keys)
        return set()

    monkeypatch.setattr("collectors.identity.admit", admit)
    collect(db, sent("a/beam/1", number=2), sent("a/beam/1", number=3))
    assert asked == []
    collect(db, sent("a/beam/1", "new"))
    assert asked == [("beams", "new", "flow:1")]


GATES = """
[[sites.mappings]]
name = "gates"
topic = "TOPIC"
values = { in = "$.n" }
"""


def test_what_was_kept_under_a_pseudonym_counts_for_the_device_that_it_turns_out_to_be(db: Database) -> None:
    sites.apply(db, sitefile.parse(HOUSE))
    collect(db, Message(topic="skogen/granen", payload=b'{"n": 3}', received=NOON))
    key = decode_context.load(db).key
    hidden = "/".join(pseudonym(key, level) for level in ("skogen", "granen"))
    assert execute(db, "select topic from rejected") == [(hidden,)]
    sites.apply(db, sitefile.parse(HOUSE + GATES.replace("TOPIC", hidden)))  # what the page Sensors suggests
    assert replay(db, now=NOON) == (1, 0)
    assert counted(db) == [(hidden, 3)]
    later = Message(topic="skogen/granen", payload=b'{"n": 4}', received=NOON + timedelta(hours=1))
    assert collect(db, later).readings == 1
    assert counted(db) == [(hidden, 3), (hidden, 4)]
    placed = '[[sites.sensors]]\nportal = "front"\nsource = "gates"\ndevice = "skogen/granen"\n'
    sites.apply(db, sitefile.parse(HOUSE + placed + GATES.replace("TOPIC", hidden)))  # a person names it
    assert counted(db) == [("skogen/granen", 3), ("skogen/granen", 4)]
    assert collect(db, replace(later, received=NOON + timedelta(hours=2))).readings == 1
    assert [device for device, _ in counted(db)] == ["skogen/granen"] * 3


def test_what_was_kept_counts_for_a_device_that_a_person_has_named(db: Database) -> None:
    sites.apply(db, sitefile.parse(HOUSE))
    collect(db, Message(topic="skogen/granen", payload=b'{"n": 3}', received=NOON))
    placed = '[[sites.sensors]]\nportal = "front"\nsource = "gates"\ndevice = "skogen/granen"\n'
    sites.apply(db, sitefile.parse(HOUSE + placed + GATES.replace("TOPIC", "skogen/+")))
    assert replay(db, now=NOON) == (1, 0)
    assert counted(db) == [("skogen/granen", 3)]


def test_the_command_shows_and_changes_what_a_device_is_bound_to(
    db: Database, command: Callable[..., Result]
) -> None:

    def besok(*arguments: str) -> str:
        result = command("device", "topics", *arguments)
        return f"{result.stdout}{result.stderr}{result.exception or ''}"

    build(db)
    assert besok("m1") == "beams m1: none yet; the first that it is heard on binds it\n"
    collect(db, sent("a/beam/1"))
    assert besok("m1") == "beams m1: a/beam/1, on which it was heard\n"
    assert besok("m1", "--set", "b/#", "--set", "c") == "beams m1: b/#, c, by the site file or this command\n"
    assert bound(db) == ("b/#", "c")
    assert besok("lib/front") == "native lib/front: besok/v1/lib/front/#, by its name\n"
    assert "# takes all that follows" in besok("m1", "--set", "a/#/b")
    assert "there is no device" in besok("m9")
    assert "none yet" in besok("m1", "--learn")
