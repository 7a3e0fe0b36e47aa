"""A person's name sent as the value of any field of any payload, or in any topic, is nowhere in the database."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from counted import HOUSE
from psycopg import sql as compose
from typer.testing import CliRunner

from besok.model import sitefile
from besok.model.decode_context import DecodeContext
from besok.model.pseudonyms import pseudonym
from besok.model.readings import Message
from besok.store import decode_context, sites
from besok.store.database import Database
from besok.store.write import write
from cli.main import app
from collectors import pipeline
from collectors.identity import Registrar
from collectors.replay import replay
from tests.unit.samples import MAPPINGS, SAMPLES, Sample

NOON = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)
NAMES = (
    "Quistgård",
    "QUISTGARD",
    "quistgard lind",
    "كويستغارد",
    "🙂Quistgård\u00a0Lind",
    "anna.quistgard7@x.se",
)
SAID = re.compile("quistg|lind|كويستغارد|🙂|" + re.escape(json.dumps("كويست")[1:-1]), re.IGNORECASE)
SHAPES: tuple[Callable[[str, Any], Any], ...] = (  # of a value that is, or holds, a name
    lambda name, _: name,
    lambda name, was: f"{was} {name}",
    lambda name, was: [was, name],
    lambda name, _: {"value": name},
    lambda name, _: json.dumps({"n": name}),
    lambda name, was: {f"{name} {name}": was},
)


def kept(url: str) -> Iterator[tuple[str, str]]:
    """Every value of every row of every table, as text, with where it stands."""
    with psycopg.connect(url) as conn:
        tables = conn.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in tables:
            rows = conn.execute(compose.SQL("select * from {}").format(compose.Identifier(schema, table)))
            for row in rows:
                for value in row:
                    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    yield f"{schema}.{table}", text


def told(url: str) -> list[tuple[str, str]]:
    return [(where, text) for where, text in kept(url) if SAID.search(text)]


def known_now(db: Database) -> DecodeContext:
    """What a collector knows: it is loaded when a site changes, not with each batch."""
    known = decode_context.load(db)
    return replace(known, mappings=(*known.mappings, *MAPPINGS))


def collect(db: Database, *messages: Message, known: DecodeContext | None = None) -> None:
    """What a collector does with messages; they are many, and no hour passes."""
    refused = Registrar(db, 100_000, lambda: NOON).refused
    write(db, pipeline.decode(messages, known or known_now(db), refused))


def leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of each value that is not an object and no list."""
    items = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if items is None:
        yield at
    else:
        for key, inner in items:
            yield from leaves(inner, (*at, key))


def named(sample: Sample, turn: int) -> Iterator[Message]:
    """The message with a name in the place of one value after the other, and of one level of its topic.

    Each value is a name once, and once it holds one in another way.
    """
    topics = [sample.topic]
    levels = sample.topic.split("/")
    topics += ["/".join([*levels[:n], NAMES[(n + turn) % 6], *levels[n + 1 :]]) for n in range(len(levels))]
    payloads = [sample.payload, sample.payload + NAMES[turn].encode()]
    try:
        value = json.loads(sample.payload)
    except ValueError:
        value = None
    for n, place in enumerate(leaves(value), turn):
        if place:
            changed = holder = json.loads(sample.payload)
            for step in place[:-1]:
                holder = holder[step]
            shape = SHAPES[1 + n % 5] if turn else SHAPES[0]
            holder[place[-1]] = shape(NAMES[n % 6], holder[place[-1]])
            payloads.append(json.dumps(changed, ensure_ascii=False).encode())
    pairs = [(sample.topic, payload) for payload in payloads] + [(topic, sample.payload) for topic in topics]
    for n, (topic, payload) in enumerate(pairs):
        yield Message(topic=topic, payload=payload, received=NOON + timedelta(seconds=n))


def test_a_name_in_any_field_of_any_sample_is_nowhere(db: Database, database_url: str) -> None:
    sites.apply(db, sitefile.parse(HOUSE))
    known = known_now(db)
    for n, sample in enumerate(SAMPLES):
        collect(db, *named(sample, 0), *named(sample, 1 + n % 5), known=known)
    assert told(database_url) == []
    with psycopg.connect(database_url) as conn:
        ((devices, rejected),) = conn.execute(
            "select (select count(*) from device), (select count(*) from rejected)"
        ).fetchall()
    assert devices > 50 and rejected > 50, "they were stored"


def flow(line: str, device: str = "lib/front", people: int = 3, minute: int = 0) -> Message:
    time = NOON + timedelta(minutes=minute)
    payload = json.dumps({"time": time.isoformat(), "in": people, "line": line}).encode()
    return Message(topic=f"besok/v1/{device}/flow", payload=payload, received=time)


def lines(url: str) -> list[tuple[str, str, float]]:
    with psycopg.connect(url) as conn:
        return conn.execute(
            "select external_id, key, sum(value) from reading join channel using (channel_id)"
            " join device using (device_id) group by 1, 2 order by 1, 2"
        ).fetchall()


LINED = (
    '[[sites.sensors]]\nportal = "front"\ndevice = "granen"\nchannel = "flow:Kassan"\nrole = "reference"\n'
)


def test_a_line_has_a_pseudonym_until_a_person_places_it(db: Database, database_url: str) -> None:
    sites.apply(db, sitefile.parse(HOUSE))
    collect(db, flow("Kassan", "lib/granen"), flow("Line 0", "lib/granen"))
    key = decode_context.load(db).key
    device, line = f"lib/{pseudonym(key, 'granen')}", f"flow:{pseudonym(key, 'Kassan')}"
    assert lines(database_url) == [(device, "flow:Line 0", 3), (device, line, 3)]
    sites.apply(db, sitefile.parse(HOUSE + LINED))  # as its label says it: the past is the sensor's
    assert lines(database_url) == [("lib/granen", "flow:Kassan", 3), ("lib/granen", "flow:Line 0", 3)]
    collect(db, flow("Kassan", "lib/granen", minute=5))
    assert lines(database_url)[0] == ("lib/granen", "flow:Kassan", 6)


def test_a_line_that_is_placed_by_its_pseudonym_goes_on_under_it(db: Database, database_url: str) -> None:
    sites.apply(db, sitefile.parse(HOUSE))
    collect(db, flow("Kassan", "lib/granen"))
    ((device, line, _),) = lines(database_url)
    file = HOUSE + LINED.replace("granen", device.removeprefix("lib/")).replace("flow:Kassan", line)
    sites.apply(db, sitefile.parse(file))
    collect(db, flow("Kassan", "lib/granen", minute=5))
    assert lines(database_url) == [(device, line, 6)]
    assert sites.apply(db, sitefile.parse(file)) == []


def test_a_placed_line_keeps_its_name_after_the_site_file_has_it_no_more(
    db: Database, database_url: str
) -> None:
    sites.apply(db, sitefile.parse(HOUSE + LINED))
    sites.apply(db, sitefile.parse(HOUSE))
    collect(db, flow("Kassan", "lib/granen"))
    assert lines(database_url) == [("lib/granen", "flow:Kassan", 3)]


def test_what_an_older_version_has_stored_is_hidden_when_the_database_is_migrated(
    db: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites.apply(db, sitefile.parse(HOUSE + LINED))
    messages = [flow("Quistgard", "lib/quistgard"), flow("Kassan", "lib/granen"), flow("Lind", "lib/granen")]
    plain = replace(decode_context.load(db), key=b"")  # as it was stored before
    write(db, pipeline.decode(messages, plain))
    assert told(database_url)
    monkeypatch.setenv("BESOK_DATABASE_URL", database_url)
    for said in ("3 names that nobody has given replaced", "up to date"):
        assert said in CliRunner().invoke(app, ["migrate"]).stdout
    assert told(database_url) == []
    collect(db, *messages)
    assert [value for *_, value in lines(database_url)] == [3, 3, 3], "the same readings of the same lines"
    assert ("lib/granen", "flow:Kassan", 3) in lines(database_url)


def test_a_replay_stores_no_name_either(db: Database, database_url: str) -> None:
    sites.apply(db, sitefile.parse(HOUSE))
    collect(db, Message(topic="granen/quistgard/state", payload=b'{"n": 3, "id": "Lind"}', received=NOON))
    gates = (
        '[[sites.mappings]]\nname = "gates"\ntopic = "+/+/state"\nchannel = "$.id"\nvalues = { in = "$.n" }\n'
    )
    sites.apply(db, sitefile.parse(HOUSE + gates))
    collect(db, Message(topic="granen/quistgard/state", payload=b'{"n": 3, "id": "Lind"}', received=NOON))
    replay(db, now=NOON)
    assert told(database_url) == [] and len(lines(database_url)) >= 1
