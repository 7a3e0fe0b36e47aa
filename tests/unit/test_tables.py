"""Model tables: each reads its own examples, is in the schema, and can be told from the others."""

import json
import tomllib
from datetime import UTC, datetime
from importlib import resources

import pytest

from besok.model.decode_context import DecodeContext
from besok.model.readings import Message
from cli.standalone import dry_run
from collectors.devices import registry
from collectors.devices.table import Example, Table, TableError, parse, tables

RECEIVED = datetime(2026, 11, 25, 8, 15, 30, tzinfo=UTC)
EXAMPLES = [(table, number) for table in tables() for number in range(len(table.examples))]


def messages(table: Table, example: Example) -> list[Message]:
    """Return an example as it would come from the broker."""
    if example.hex:
        return dry_run.messages_of(_frame(table, example))[0]
    body = _uplink(table, example) if example.fields else example.payload
    text = body if isinstance(body, str) else json.dumps(body)
    return [Message(topic=example.topic or "trial/unknown", payload=text.encode(), received=RECEIVED)]


def tried(table: Table, example: Example) -> dry_run.DryRun:
    """Decode an example."""
    known = DecodeContext(zone="Europe/Stockholm")
    if example.hex:
        return dry_run.run(_frame(table, example), known)
    return dry_run.judge(messages(table, example), known)


def _frame(table: Table, example: Example) -> dry_run.Request:
    return dry_run.Request(
        content=example.hex.encode(),
        received=RECEIVED,
        fport=example.port,
        encoding="hex",
        model=table.name,
    )


def _uplink(table: Table, example: Example) -> dict[str, object]:
    """Return the uplink of a network server whose decoder gives the example's fields."""
    return {
        "end_device_ids": {"device_id": "one", "dev_eui": "0000000000000001"},
        "uplink_message": {
            "f_port": example.port,
            "frm_payload": "AA==",
            "decoded_payload": example.fields,
            "version_ids": {"brand_id": table.vendor, "model_id": table.model},
        },
    }


def told(found: dry_run.DryRun) -> str | list[str]:
    """Write a result as an example does."""
    if found.outcome != "readings":
        return f"{found.outcome.replace('_', ' ')}: {found.reason}"
    texts = []
    for r in found.readings:
        period = f"/{r.period_s:g}" if r.period_s else ""
        time = f" @{r.time.isoformat().replace('+00:00', 'Z')}" if r.time and r.time != RECEIVED else ""
        texts.append(f"{r.channel} {r.metric} {round(r.value, 6):.10g}{period}{time}")
    return sorted(texts)


@pytest.mark.parametrize(
    ("table", "number"),
    EXAMPLES,
    ids=[f"{table.path.removesuffix('.toml')}-{n + 1}" for table, n in EXAMPLES],
)
def test_example(table: Table, number: int) -> None:
    example = table.examples[number]
    found = told(tried(table, example))
    if isinstance(example.gives, str):
        assert isinstance(found, str), found
        assert found.startswith(example.gives.partition(":")[0])
        assert example.gives.partition(": ")[2] in found
    else:
        assert found == sorted(example.gives)


def test_every_table_is_in_the_index() -> None:
    assert {entry.path for entry in registry.index().by_name.values()} == {t.path for t in tables()}


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.path)
def test_a_table_says_where_it_is_from(table: Table) -> None:
    assert table.document.startswith("https://")
    assert any(not isinstance(example.gives, str) for example in table.examples)


def test_a_model_text_names_one_table_or_none() -> None:
    assert registry.by_model("Building Edge PIR") is not None
    assert registry.by_model("Building Edge") is None
    assert registry.by_model("Acme PIR") is None
    assert registry.by_model("Acme Wireless CO2 Sensor") is None
    assert registry.by_model("Dragino LHT65N-E3") is not None
    assert registry.by_model("Dragino LHT65N-VIB - Vibration Sensor") is None


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('values = { peple = "$.n" }', "catalogue"),
        ('values = { people = "$..[" }', "not a path"),
        ('values = { people = "$.n" }\nnot_data = "x"', "one of values, not_data and problem"),
        ('values = { people = "$.n" }\nwhy = 1', "unknown field"),
        ('values = { temperature_c = { path = "$.t", unit = "mV" } }', "does not lead to"),
        ('values = { people = { path = "$.n", sum = ["$.a"] } }', "either a path or a sum"),
    ],
)
def test_a_wrong_table_is_refused(line: str, says: str) -> None:
    text = f"""
vendor = "Acme"
model = "X1"
kind = "camera"
document = "https://example.org"
[[messages]]
topic = "acme/+"
{line}
[[examples]]
payload = {{ n = 1 }}
gives = ["level:1 people 1"]
"""
    with pytest.raises(TableError, match=says):
        parse(text, "acme/x1.toml")


def test_the_commonest_counters_are_thirty_and_say_where_they_are_described() -> None:
    text = (resources.files("collectors.devices") / "commonest.toml").read_text("utf-8")
    listed = tomllib.loads(text)["counters"]
    assert len(listed) == len({one["name"] for one in listed}) == 30
    paths = {table.path.removesuffix(".toml") for table in tables()}
    assert all(one["table"] in paths if "table" in one else one["source"] and one["found"] for one in listed)
