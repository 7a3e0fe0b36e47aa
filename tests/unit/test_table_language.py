"""The language of model tables, key by key, with tables that no device has."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from besok.model.decode_context import DecodeContext
from besok.model.json_path import Place, compiled
from besok.model.readings import Decoded, Message
from collectors.adapters.packet import Packet
from collectors.adapters.times import in_summer
from collectors.devices import field_names, reader, registry, subjects
from collectors.devices.table import TableError, parse

HEAD = 'vendor = "Acme"\nmodel = "G3"\nkind = "camera"\ndocument = "https://acme.example"\n'
EXAMPLE = '[[examples]]\ngives = "not data"\n'
TIME = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)


def read(table: str, payload: Any, topic: str = "acme/hall/up") -> Decoded:
    """Read a message by the messages of a table."""
    body = json.dumps(payload).encode()
    packet = Packet(Message(topic=topic, payload=body, received=TIME), DecodeContext(zone="UTC"))
    forms = parse(f"{HEAD}{table}\n{EXAMPLE}", "acme/g3.toml").messages
    return reader.read([form for form in forms if form.when.hold(packet.whole)], packet)


def said(table: str, payload: Any, topic: str = "acme/hall/up") -> list[tuple[str, str, float]]:
    return [(r.channel, r.metric, r.value) for r in read(table, payload, topic).readings]


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("topic", ["acme/hall/up"]),
        ("topic:2", ["hall"]),
        ("topic:2..-1", ["hall/up"]),
        ("topic:1..-1", ["acme/hall/up"]),
        ("topic:3..3", ["up"]),
        ("topic:3..-2", []),
        ("topic:2..9", []),
        ("topic:<up", ["hall"]),
        ("topic:<acme", []),
        ("topic:<nowhere", []),
        ("$.ids[key]", ["b"]),
        ("$.names[key]", []),
        ("$.target:-1", ["d1"]),
        ("$.target:9", []),
        ("$.n:1", []),
        ("'{$.n}/{@.m}'", ["7/x"]),
        ("'{topic:1}-{key}'", ["acme-2"]),
        ("'{$.n}/{$.nowhere}'", []),
        ("'{$.ids}'", []),
        ("'{no path}'", ["{no path}"]),
    ],
)
def test_a_path_leads_to(path: str, leads_to: list[str]) -> None:
    message = {"n": 7, "ids": ["a", "b"], "names": {"x": 1}, "target": "projects/p1/devices/d1"}
    place = Place(
        message=message, item={"m": "x"}, key=2, levels=["acme", "hall", "up"], topic="acme/hall/up"
    )
    assert [found.value for found in compiled(path).find(place)] == leads_to


def test_what_is_common_holds_for_all_messages_that_do_not_say_otherwise() -> None:
    table = """
[common]
channel = "'c'"
values = { people = "$.n" }
[[messages]]
when = { "$.kind" = "a" }
[[messages]]
when = { "$.kind" = "b" }
channel = "'d'"
"""
    assert said(table, {"kind": "a", "n": 1}) == [("level:c", "people", 1)]
    assert said(table, {"kind": "b", "n": 1}) == [("level:d", "people", 1)]


@pytest.mark.parametrize(
    ("asked", "kind", "fits"),
    [
        ("a|b*", "a", True),
        ("a|b*", "best", True),
        ("a|b*", "c", False),
        ("!a|b*", "c", True),
        ("!a|b*", "best", False),
        ("!a", None, True),
        ("!", None, True),
        ("a|!", None, True),
        ("*", None, False),
        ("sensor.*", "sensor.hall", True),
        ("sensor.*hall*", "sensor.the_hall_2", True),
        ("sensor.*", "binary_sensor.hall", False),
        ("!sensor.*", "sensor.hall", False),
    ],
)
def test_a_condition_asks(asked: str, kind: str | None, fits: bool) -> None:
    table = f'[[messages]]\nwhen = {{ "$.kind" = "{asked}" }}\nvalues = {{ people = "$.n" }}'
    assert bool(said(table, {"kind": kind, "n": 1})) == fits


def test_a_value_and_a_name_may_depend_on_the_item() -> None:
    table = """
[[messages]]
each = "$.lines[*]"
channel = [{ path = "'{@.ch}/{@.id}'", when = { "@.ch" = "!0" } }, "@.id"]
[messages.values]
in = { path = "@.n", when = { "@.way" = "in" } }
out = { path = "@.n", when = { "@.way" = "out" } }
"""
    lines = [{"id": 1, "ch": 0, "way": "in", "n": 3}, {"id": 1, "ch": 2, "way": "out", "n": 4}]
    assert said(table, {"lines": lines}) == [("flow:1", "in", 3), ("flow:2/1", "out", 4)]


def test_a_known_message_that_cannot_be_read_says_why() -> None:
    table = """
[[messages]]
each = "$.lines[*]"
when = { "@.way" = "!in" }
problem = "a line goes {@.way}, to {@.nowhere}"
"""
    assert read(table, {"lines": [{"way": "up"}, {"way": "in"}]}).problems == ('a line goes "up", to null',)
    assert read(table, {"lines": [{"way": "in"}]}) == Decoded()


def test_a_state_may_be_one_of_those_that_stand_elsewhere() -> None:
    table = """
[[messages]]
each = ["$.frames[*]", "@.events[*]"]
values = { in = "'1'" }
[[messages.unless]]
path = "@.track"
among = "^.tracks[?@.kind != 'person'].id"
says = "track {@.track} is not a person"
"""
    tracks = [{"id": 1, "kind": "person"}, {"id": 2, "kind": "group"}]
    frames = [{"tracks": tracks, "events": [{"track": 1}, {"track": 2}, {"track": 3}]}]
    assert len(said(table, {"frames": frames})) == 2
    assert read(table, {"frames": [{"tracks": tracks, "events": [{"track": 2}]}]}).not_data == (
        "track 2 is not a person"
    )


def test_a_period_that_was_measured_in_part_is_shorter() -> None:
    table = """
[[messages]]
time = "$.to"
start = "$.from"
share = ["$.made", "$.meant"]
values = { in = "$.n" }
"""
    spell = {"from": "2026-07-01T07:00:00Z", "to": "2026-07-01T07:01:00Z", "n": 3}
    periods = [
        [r.period_s for r in read(table, spell | more).readings]
        for more in ({}, {"made": 3, "meant": 4}, {"made": 0, "meant": 4}, {"made": 5, "meant": 0})
    ]
    assert periods == [[60], [45], [], [60]]


def test_the_end_of_a_period_may_be_told_by_its_start() -> None:
    table = """
[[messages]]
when = { "$.minutes" = "*" }
start = ["$.unix", "'{$.day}T{$.clock}'"]
period_s = "$.minutes"
units = { period_s = "minutes" }
values = { in = "$.n" }
"""
    (first,) = read(
        table, {"unix": 0, "day": "2026-07-01", "clock": "07:45:00", "minutes": 15, "n": 3}
    ).readings
    assert (first.time, first.period_s) == (TIME, 900)


def test_an_interval_has_a_beginning_and_an_end() -> None:
    table = '[[messages]]\ntime = "$.at"\nstart = "$.at"\nvalues = { in = "$.n" }'
    (reading,) = read(table, {"at": "2026-07-01T07:45:00Z/2026-07-01T08:00:00Z", "n": 3}).readings
    assert (reading.time, reading.period_s) == (TIME, 900)


def test_an_offset_is_an_hour_more_in_summer_and_a_name_knows_that_itself() -> None:
    table = '[[messages]]\ntime = "$.at"\nzone = "$.zone"\nsummer = "$.dst"\nvalues = { people = "$.n" }'
    told = {"at": "2026/07/01 10:00:00", "n": 3}
    for zone, dst in (("UTC+1:00 Central (CET)", True), ("UTC+2:00", False), ("Europe/Stockholm", True)):
        assert read(table, told | {"zone": zone, "dst": dst}).readings[0].time == TIME
    assert in_summer("UTC-0:30") == "+00:30"


def test_an_address_is_written_without_separators() -> None:
    table = '[[messages]]\ndevice = "$.id"\ndevice_form = "mac"\nvalues = { people = "$.n" }'
    devices = [
        read(table, {"id": name, "n": 1}).readings[0].device for name in ("AC:CC:8E:00-00:01", "SD-01")
    ]
    assert devices == ["accc8e000001", "SD-01"]


def test_a_number_stands_for_a_message_as_long_as_the_table_says() -> None:
    table = '[[messages]]\nseq = "$.seq"\nrepeat_s = 60\nvalues = { people = "$.n" }'
    found = read(table, {"seq": 7, "n": 1}).identity
    assert found is not None and (found.mark, found.window_s) == ("seq:7", 60)


@pytest.mark.parametrize(
    ("name", "says_so"),
    [
        ("Bikes", True),
        ("Cyklar in", True),
        ("Fahrzeugzähler links", True),
        ("Personalingång", False),
        ("Staff entrance", False),
        ("Group study room", False),
        ("Line 1", False),
        ("", False),
    ],
)
def test_a_name_says_that_no_people_are_counted(name: str, says_so: bool) -> None:
    assert subjects.is_no_person(name) == says_so
    table = '[[messages]]\nnamed = "$.name"\nvalues = { people = "$.n" }'
    assert bool(said(table, {"name": name, "n": 1})) != says_so


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("Bikes towards the station", True),
        ("Cykelstigen", True),
        ("Tram platform", False),
        ("Cykelräknare torget", True),
        ("Vélos vers centre", True),
        ("Cyclists on footpath", True),
        ("Bikes exit", True),
        ("Auto's uitgang", True),
        ("Footpath and cycleway, cars", True),
        ("Ingång buss", True),  # which may be the door for it, or a line that buses cross
        ("Bus entrance", True),
        ("Eingang Bus", True),
        ("Gång & cykelbana", True),
        ("Gång/cykelbana", True),
        ("Gång+cykel", True),
        ("Gång- och cykelväg", True),
        ("Bike path and sidewalk", True),
        ("Wheelchair entrance", True),
        ("Cykelgaragets entré", True),
        ("Bike room door", True),
        ("Geh-/Radweg", True),
        ("Cycle & footpath", True),
        ("Gehweg Süd", False),
        ("Car park level 2", False),  # places, from and to which people go
        ("Bus stop", False),
        ("Boat museum", False),
        ("Parkplatz", False),
        ("Bibliotek, cykelparkering", False),
        ("Fußgänger und Radfahrer", True),
        ("People and bikes", True),
    ],
)
def test_a_name_may_say_that_no_people_are_counted(name: str, may: bool) -> None:
    table = '[[messages]]\neach = "$[*]"\nchannel = "@.line"\nnamed = "@.name"\nvalues = { in = "@.n" }'
    decoded = read(table, [{"line": 1, "name": name, "n": 1}, {"line": 2, "name": "Door", "n": 4}])
    assert [r.channel for r in decoded.readings] == (["flow:2"] if may else ["flow:1", "flow:2"])
    assert any("only what it counts, such as Visitors or Bikes" in p for p in decoded.problems) == may


OTHERS = """Biciclette Ciclisti Rowery Pyörätie 自行车 Rad Räder Zweiräder HGV Tåg Gabelstapler Pallets Boats Trains
    Veicoli Pojazdy Ajoneuvot Køretøjer Camiones Ciężarówki Wózki Perros Koirat Paczki Schiffe 車 トラック"""
DOORS = """Torget Rådhuset Radhus Velocity Autonomie Lobby Ingresso Wejście Pääsisäänkäynti 正面入口 Hovedindgang
    Carolina Motala Hundra 火车站入口"""


@pytest.mark.parametrize(
    ("name", "counts"), [(name, names is DOORS) for names in (OTHERS, DOORS) for name in names.split()]
)
def test_what_is_no_person_is_known_in_many_languages(name: str, counts: bool) -> None:
    table = '[[messages]]\nnamed = "$.name"\nvalues = { in = "$.n" }'
    assert bool(read(table, {"name": name, "n": 1}).readings) == counts


@pytest.mark.parametrize(
    ("names", "counts"),
    [
        (("Towards the bikes", "Main entrance"), False),
        (("Towards the bikes", "Visitors"), True),
        (("Fahrradfahrer", "Eingang"), False),
        (("Kfz-Zufahrt", "Tür 1"), False),
        (("Line 4", "Main entrance"), True),
        (("Bikes", "Main entrance"), False),
        (("Towards the bikes", "Line 1"), False),
    ],
)
def test_the_names_of_a_line_are_judged_together(names: tuple[str, str], counts: bool) -> None:
    table = '[[messages]]\nnamed = ["$.a", "$.b"]\nvalues = { people = "$.n" }'
    decoded = read(table, {"a": names[0], "b": names[1], "n": 1})
    assert bool(decoded.readings) == counts


def test_a_name_says_nothing_where_the_message_says_people() -> None:
    table = (
        '[[messages]]\nnamed = { path = "$.a", when = { "$.of" = "!Human" } }\nvalues = { people = "$.n" }'
    )
    assert read(table, {"a": "Bike path west", "of": "Human", "n": 1}).readings
    assert read(table, {"a": "Bike path west", "of": "", "n": 1}).readings == ()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('share = ["$.made"]\nvalues = { in = "$.n" }', "both paths"),
        (
            'values = { in = "$.n" }\n[[messages.unless]]\npath = "$.s"\nsays = "x"',
            "one of is, bits and among",
        ),
        ('problem = "x {$..[}"', "not a path"),
    ],
)
def test_what_is_written_wrongly_is_refused(line: str, says: str) -> None:
    with pytest.raises(TableError, match=says):
        read(f"[[messages]]\n{line}", {"n": 1})


def test_names_in_brackets_are_plain() -> None:
    path = compiled("$.params['zone:200'].n")
    assert path.names == ("params", "zone:200", "n")


def test_values_may_have_conditions_and_numbers_of_their_own() -> None:
    table = """
[[messages]]
topic = "+/#"
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
    found = read(table, fields, "hub/floor 1/hall/state").readings
    assert {(r.device, r.channel, r.value) for r in found} == {
        ("floor 1/hall", "level:1", 4),
        ("floor 1/hall", "level:3", 6),
    }


def test_all_of_several_paths() -> None:
    table = """
[[messages]]
topic = "+/#"
device = "topic:1"
values = { temperature_c = { all = true, path = ["$.A.t", "$.B.t", "$.C.t"] } }
"""
    assert said(table, {"B": {"t": 20}, "C": {"t": 21}}) == [
        ("level:1", "temperature_c", 20),
        ("level:C", "temperature_c", 21),
    ]


def test_a_device_comes_and_goes() -> None:
    table = """
[[messages]]
topic = "+/#"
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
topic = "+/#"
device = "topic:1"
values = { occupied = { path = "$.s", asks = "it may be a lamp" }, co2_ppm = "$.co2" }
"""
    (told,) = read(table, {"s": 1}).problems
    assert "it may be a lamp" in told
    assert "[[sites.mappings]]" in told
    assert not read(table, {"s": 1, "co2": 600}).problems


def test_a_first_kind_that_is_no_data_leaves_nothing_to_others() -> None:
    order = '[[messages]]\ntopic = "+/#"\nwhen = { "topic:-1" = "set" }\nnot_data = "an order"\n'
    state = '[[messages]]\ntopic = "+/#"\nvalues = { people = "$.n" }\n'
    assert read(order + state, {"n": 1}, "hub/hall/set").not_data == "an order"
    assert read(state + order, {"n": 1}, "hub/hall/set").readings


def test_a_platform_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    table = parse(f'{HEAD}platform = "nowhere"\n{EXAMPLE}', "acme/g3.toml")
    monkeypatch.setattr(registry, "tables", lambda: (table,))
    with pytest.raises(TableError, match='there is no platform "nowhere"'):
        registry.index.__wrapped__()
    with pytest.raises(TableError, match="at least one kind of message"):
        parse(f"{HEAD}{EXAMPLE}", "acme/g3.toml")


@pytest.mark.parametrize(
    ("kind", "name", "found"),
    [
        ("things", "ParkingSpot_3", ["parking"]),
        ("phones", "annas-iPhone12", ["phone"]),
        ("things", "hall/cykelställ", ["cykelställ"]),
        ("things", "P-plats 12", ["pplats"]),
        ("things", "zigbee2mqtt/ev/hall", []),
        ("things", "hall/brevlada", ["brevlada"]),  # as Home Assistant writes brevlåda in an id
    ],
)
def test_words_of_names(kind: str, name: str, found: list[str]) -> None:
    assert field_names.telling(kind, name) == found
