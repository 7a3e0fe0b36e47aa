"""What tables of platforms need beside the language of mappings, each on a small table of its own."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from besok.model.json_path import Place, compiled
from besok.model.readings import Decoded, Message
from collectors.adapters.packet import Packet
from collectors.devices import reader, registry, subjects
from collectors.devices.finding import Body, is_for
from collectors.devices.table import TableError, parse

HEAD = """
vendor = "Acme"
model = "Hub"
kind = "platform"
document = "https://example.org"
"""
EXAMPLE = '[[examples]]\ngives = ["level:1 people 1"]\n'


def packet(topic: str, value: Any) -> Packet:
    message = Message(topic=topic, payload=b"{}", received=datetime(2026, 11, 25, tzinfo=UTC))
    return Packet(message).holding(value)


def read(messages: str, value: Any, topic: str = "hub/floor 1/hall/state") -> Decoded:
    forms = parse(f"{HEAD}{messages}\n{EXAMPLE}", "acme/hub.toml").messages
    body = Body(value=value, packet=packet(topic, value))
    return reader.read([form for form in forms if is_for(form, body)], body)


def said(decoded: Decoded) -> dict[str, float]:
    return {f"{r.device} {r.channel} {r.metric}": r.value for r in decoded.readings}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("topic:2", "b"),
        ("topic:2..-2", "b/c"),
        ("topic:1..-1", "a/b/c/d"),
        ("topic:3..3", "c"),
        ("topic:4..-2", None),
        ("topic:2..9", None),
    ],
)
def test_levels_of_a_topic(path: str, found: str | None) -> None:
    place = Place(message={}, item={}, key=None, levels=["a", "b", "c", "d"])
    assert [one.value for one in compiled(path).find(place)] == ([] if found is None else [found])


def test_names_in_brackets_are_plain() -> None:
    path = compiled("$.params['zone:200'].n")
    assert path.names == ("params", "zone:200", "n")


@pytest.mark.parametrize(
    ("asked", "value", "fits"),
    [
        ("a|b", "b", True),
        ("a|!", None, True),
        ("!a|b", "c", True),
        ("!a|b", "b", False),
        ("!a|b", None, True),
        ("*", None, False),
        ("sensor.*", "sensor.hall", True),
        ("sensor.*hall*", "sensor.the_hall_2", True),
        ("sensor.*", "binary_sensor.hall", False),
        ("!sensor.*", "sensor.hall", False),
    ],
)
def test_conditions(asked: str, value: str | None, fits: bool) -> None:
    table = f'[[messages]]\ntopic = "hub/#"\nwhen = {{ "$.is" = "{asked}" }}\nvalues = {{ people = "$.n" }}\n'
    assert bool(read(table, {"is": value, "n": 1}).readings) == fits


def test_values_may_have_conditions_and_numbers_of_their_own() -> None:
    table = """
[[messages]]
topic = "hub/#"
device = "topic:2..-2"
[messages.values]
"people:{1..3}" = { path = "$['zone:{+199}']", when = { "$.kind{}" = "radar" } }
"""
    fields = {
        "zone:200": 4,
        "zone:201": 5,
        "zone:202": 6,
        "kind1": "radar",
        "kind3": "radar",
        "kind2": "lamp",
    }
    assert said(read(table, fields)) == {"floor 1/hall level:1 people": 4, "floor 1/hall level:3 people": 6}


def test_all_of_several_paths() -> None:
    table = """
[[messages]]
topic = "hub/#"
device = "topic:1"
values = { temperature_c = { all = true, path = ["$.A.t", "$.B.t", "$.C.t"] } }
"""
    assert said(read(table, {"B": {"t": 20}, "C": {"t": 21}})) == {
        "hub level:1 temperature_c": 20,
        "hub level:C temperature_c": 21,
    }


def test_a_device_comes_and_goes() -> None:
    table = """
[[messages]]
topic = "hub/#"
device = "$.mac"
device_form = "mac"
values = { online = { path = "$.is", yes = ["up"], no = ["down"] } }
"""
    (status,) = read(table, {"mac": "AC:CC:8E:F3:D9:2E", "is": "down"}).statuses
    assert (status.device, status.online) == ("accc8ef3d92e", False)
    assert read(table, {"mac": "AC:CC:8E:F3:D9:2E", "is": "sideways"}).problems


def test_a_question_is_asked_if_nothing_else_is_said() -> None:
    table = """
[[messages]]
topic = "hub/#"
device = "topic:1"
values = { occupied = { path = "$.s", asks = "it may be a lamp" }, co2_ppm = "$.co2" }
"""
    (told,) = read(table, {"s": 1}).problems
    assert "it may be a lamp" in told
    assert "[[sites.mappings]]" in told
    assert not read(table, {"s": 1, "co2": 600}).problems


def test_a_first_kind_that_is_no_data_leaves_nothing_to_others() -> None:
    order = '[[messages]]\ntopic = "hub/#"\nwhen = { "topic:-1" = "set" }\nnot_data = "an order"\n'
    state = '[[messages]]\ntopic = "hub/#"\nvalues = { people = "$.n" }\n'
    assert read(order + state, {"n": 1}, "hub/hall/set").not_data == "an order"
    assert read(state + order, {"n": 1}, "hub/hall/set").readings


def test_a_platform_that_is_not_there_is_refused() -> None:
    text = f'{HEAD.replace("platform", "camera")}platform = "nowhere"\n{EXAMPLE}'
    table = parse(text, "acme/hub.toml")
    index = registry.Index(Counter())
    index.add(registry.Entry(table, tuple(table.messages)))
    assert index.platforms == {}
    with pytest.raises(TableError, match="at least one kind of message"):
        parse(f"{HEAD}{EXAMPLE}", "acme/hub.toml")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ParkingSpot_3", {"parking", "spot"}),
        ("annas-iPhone12", {"annas", "phone"}),
        ("hall/cykelställ", {"hall", "cykelställ"}),
    ],
)
def test_words_of_names(name: str, found: set[str]) -> None:
    assert found <= subjects.words(name)
