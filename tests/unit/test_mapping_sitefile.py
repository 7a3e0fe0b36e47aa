"""Mappings in a site file: what is wrong with them, told with its line, and the way back to text."""

import re
from dataclasses import replace

import pytest

from besok.model.decode_context import decode_context_of
from besok.model.errors import SiteFileError
from besok.model.site import SiteFile
from besok.model.sitefile import dump, parse, parse_mappings
from besok.model.sitefile.diff import differences
from tests.unit.mapped import ACME, HOUSE, examples, mapping


def problems(old: str = "", new: str = "", text: str = ACME) -> list[str]:
    with pytest.raises(SiteFileError) as caught:
        parse(HOUSE + text.replace(old, new), "house.toml")
    return caught.value.problems


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('"counters/+"', '"counters/#/x"', 18, "topic: .* stands alone in the last level"),
        ("$.data.left", "$.data.[left", 20, "values.out_total: .*at character 8"),
        ("$.data.left", "data.left", 20, r"write \$.data.left"),
        ("in_total", "in_totl", 20, r"values.in_totl: .*did you mean \"in_total\""),
        ('"acme"', '"Acme counters"', 17, "name: .*cannot be a name"),
        ('"acme"', '"native"', 17, "choose another name"),
        ('"$.serial"', '"topic:3"', 19, "device: the topic has 2 levels only"),
        ('"$.serial"', '"@.serial"', 19, "device: only an item has @"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, line: int, says: str) -> None:
    (told,) = problems(old, new)
    assert told.startswith(f"house.toml line {line}: [[sites.mappings]] ")
    assert re.search(says, told)


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        ('zone = "Mars/Base"', "zone: there is no time zone"),
        ("period_s = 60", "totals and states have no period"),
        ("period_s = -1", "-1 is not possible"),
        ('start = "$.from"', "a beginning alone"),
        ("wraps = -5", "-5 is not possible"),
        ('units = { in_total = "minutes" }', "units.in_total: .*a number to multiply by"),
        ("units = { humidity_pct = 2 }", "values has no humidity_pct"),
        ('only = { "type" = "x" }', r"only.type: .*write \$.type"),
        ('each = "topic:1"', "cannot lead to the items"),
        ('yes = ["ja"]\nno = ["Ja"]', '"ja" cannot mean yes and no'),
        ('time_format = "%H:%M"', "time_format: .*does not tell day, month and year"),
        ('yes = ["..."]', 'yes: "..." stands for the words'),
        ('yes = "ja"', r"yes: \"ja\" is not possible; write it in square brackets"),
        ("device = 7", "device: 7 is not possible; write it in quotation marks"),
        ('only = "$.a"', "only: .* in braces"),
        ('zoon = "UTC"', 'did you mean "zone"'),
    ],
)
def test_what_is_wrong_with_a_further_key(extra: str, says: str) -> None:
    text = ACME.replace('device = "$.serial"\n', "") if extra.startswith("device") else ACME
    assert any(re.search(says, told) for told in problems(text=f"{text}{extra}\n"))


def test_a_section_of_an_unknown_name_is_told_with_its_line() -> None:
    (told,) = problems("sites.mappings", "sites.mapping")
    assert told.startswith("house.toml line 16: ") and 'did you mean "mappings"' in told


SENSOR = """
[[sites.spaces]]
id = "hall"
name = { sv = "Hallen", en = "Hall" }

[[sites.sensors]]
source = "acme"
device = "DEVICE"
space = "hall"
"""


def test_devices_of_mappings_have_the_names_their_messages_have() -> None:
    for name in ("counters/main door", "AA:17", "Läsesal 2"):
        assert parse(HOUSE + SENSOR.replace("DEVICE", name) + ACME).sites[0].sensors[0].device == name
    for name in ("", "x" * 300):
        (told,) = problems(text=SENSOR.replace("DEVICE", name) + ACME)
        assert "cannot be a device: write its name as the messages have it" in told
    (told,) = problems(text=SENSOR.replace("DEVICE", "a\\u0007") + ACME)
    assert "a text holds a control character: take it out of" in told


def test_a_name_is_used_once() -> None:
    (told,) = problems(text=ACME + "\n" + ACME)
    assert told.startswith("house.toml line 23: [[sites.mappings]] acme: name: ") and "used twice" in told


def test_a_section_of_values_has_lines_of_its_own() -> None:
    text = '[[sites.mappings]]\nname = "a"\ntopic = "a"\n[sites.mappings.values]\n"in:2" = "$.a"\n"ut:1" = "$.b"\n'
    (told,) = problems(text=text)
    assert told.startswith("house.toml line 21: ")


def test_the_way_back_to_text() -> None:
    site = examples()
    assert parse(dump(SiteFile(sites=(site,)))).sites == (site,)
    odd = mapping(
        values={"in:2": "$.a"},
        only={"$['a \"b']": "å|*"},
        units={"in:2": 0.5},
        yes=("ja", 'n"'),
        period_s=1.5,
    )
    again = SiteFile(sites=(replace(site, mappings=(odd,)),))
    assert parse(dump(again)) == again


def test_differences_name_the_mapping() -> None:
    old, new = parse(HOUSE + ACME).sites[0], parse(HOUSE + ACME.replace("$.data.left", "$.data.out")).sites[0]
    assert differences(old, old) == []
    line = str(differences(old, new)[0])
    assert line.startswith("mapping acme: values: ") and "out_total = $.data.out" in line


def test_a_mapping_without_zone_has_that_of_its_site() -> None:
    known = decode_context_of(parse(HOUSE + ACME).sites)
    assert [(m.name, m.zone) for m in known.mappings] == [("acme", "Europe/Stockholm")]


ALONE = 'values = { in_total = "$.n" }\n'
LISTED = f'[[sites.mappings]]\nname = "acme"\ntopic = "acme/+"\n# values.in = "$.n"\n{ALONE}'


@pytest.mark.parametrize(
    ("text", "name", "topic"),
    [(ALONE, "mapping", "#"), (LISTED, "acme", "acme/+"), (f"{HOUSE}{LISTED}", "acme", "acme/+")],
)
def test_a_mapping_can_be_tried_without_a_site_file(text: str, name: str, topic: str) -> None:
    (found,) = parse_mappings(text)
    assert (found.name, found.topic, dict(found.values)) == (name, topic, {"in_total": "$.n"})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[sites", "not TOML"),
        ("sites = 3", "holds no mapping"),
        ("[[sites.mappings]]\nname = 'a'\ntopc = 'x'\n", 'line 3: [[sites.mappings]] a: topc: the key is not known'),
        ('values = { inn = "$.in" }', "not measured here"),
        ("sites = { mappings = 3 }", "3 is not possible; write a section"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_mapping_alone_is_told(text: str, says: str) -> None:
    with pytest.raises(SiteFileError) as told:
        parse_mappings(text, "m.toml")
    assert says in str(told.value)
