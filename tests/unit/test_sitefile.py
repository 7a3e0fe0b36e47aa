"""Site files: what is read, what is refused and how that is told, and the way back to text."""

import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from besok.model.calendar import hours_of, hours_text, is_open, open_until, staffed_until
from besok.model.errors import SiteFileError
from besok.model.site import (
    DayHours,
    Deduction,
    OpeningException,
    Portal,
    Sensor,
    Site,
    SiteFile,
    Space,
    Target,
    Text,
    VisitDefinition,
    WeekHours,
)
from besok.model.sitefile import dump, parse
from besok.model.sitefile.diff import differences
from besok.model.sitefile.notes import notes
from tests.small_sites import week

EXAMPLE = Path(__file__).parents[2] / "sites" / "helsingborg.toml"

HOUSE = """\
[[sites]]
id = "house"
kind = "library"
name = { sv = "Huset", en = "The house" }
timezone = "Europe/Stockholm"

[sites.opening]
monday = "08:00-20:00"
tuesday = "08:00-20:00"
wednesday = "08:00-20:00"
thursday = "08:00-20:00"
friday = "08:00-20:00"
saturday = "closed"
sunday = "closed"
country = "SE"

[[sites.opening.exceptions]]
first = 2026-07-01
last = 2026-07-31
hours = "10:00-15:00"

[sites.target]
baseline_first = 2024-01-01
baseline_last = 2024-12-31
deadline = 2030-12-31

[[sites.spaces]]
id = "hall"
name = { sv = "Hallen", en = "Hall" }
capacity = 40

[[sites.spaces]]
id = "nook"
parent = "hall"
name = { sv = "Vrån", en = "Nook" }

[[sites.portals]]
id = "door"
name = { sv = "Dörren", en = "Door" }
outer = "outside"
inner = "hall"

[[sites.sensors]]
device = "c-1"
portal = "door"
"""


AGAIN = '\n[[sites.sensors]]\ndevice = "c-1"\nspace = "hall"\n'  # the sensor of the door, at another place


def problems(old: str, new: str, text: str = HOUSE) -> list[str]:
    """What is wrong with the house once `old` has become `new`."""
    assert text.count(old) == 1, f"{old!r} must occur once"
    with pytest.raises(SiteFileError) as caught:
        parse(text.replace(old, new), "house.toml")
    return caught.value.problems


def test_the_house_is_read() -> None:
    (house,) = parse(HOUSE).sites
    assert house.spaces[0] == Space(id="hall", name=Text(sv="Hallen", en="Hall"), capacity=40)
    assert house.opening.exceptions[0].last == date(2026, 7, 31)
    assert house.sensors[0].channel_key == "flow:1"
    assert house.day_start == time(4)


def test_the_example_is_read_and_comes_back_the_same() -> None:
    example = parse(EXAMPLE.read_text())
    assert [site.id for site in example.sites] == ["stadsbiblioteket", "stadsparken"]
    assert parse(dump(example)) == example


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('kind = "library"', 'kind = "shop"', "line 3: [[sites]] house: kind: \"shop\" is not possible"),
        ('kind = "library"', "", "line 1: [[sites]] house: kind: is missing; add it"),
        ('id = "house"', 'id = "The House"', 'line 2: [[sites]] The House: id: "The House" cannot be an id'),
        ("capacity = 40", "capacty = 40", 'line 30: [[sites.spaces]] hall: capacty: the key is not known'),
        ("capacity = 40", "capacity = -1", "line 30: [[sites.spaces]] hall: capacity: -1 is not possible"),
        ("capacity = 40", 'capacity = "many"', 'line 30: [[sites.spaces]] hall: capacity: "many" is not possible'),
        ("capacity = 40", "capacity = 0", "capacity: 0 is not possible; write 1 or more"),
        ("capacity = 40", "area_m2 = nan", "line 30: [[sites.spaces]] hall: area_m2: nan is not possible"),
        ('"Europe/Stockholm"', '"Europe/Stokholm"', 'line 5: [[sites]] house: timezone: there is no time zone "Eur'),
        ('"Europe/Stockholm"', '"../etc/passwd"', "line 5: [[sites]] house: timezone: there is no time zone"),
        ('parent = "hall"', 'parent = "hal"', 'line 34: [[sites.spaces]] nook: parent: there is no space "hal"'),
        ("capacity = 40", 'parent = "nook"', "nook: parent: the space lies within itself"),
        ('id = "nook"', 'id = "hall"', 'line 33: [[sites.spaces]] hall: id: the id "hall" is used twice'),
        ('id = "nook"', 'id = "house"', 'line 33: [[sites.spaces]] house: id: "house" is taken'),
        ('inner = "hall"', 'inner = "hell"', 'line 41: [[sites.portals]] door: inner: there is no space "hell"'),
        ('inner = "hall"', 'inner = "park/hall"', '[[sites.portals]] door: inner: there is no space "park/hall"'),
        ('inner = "hall"', 'inner = "outside"', "both ends are"),
        ('portal = "door"', "", "line 43: [[sites.sensors]] c-1: it observes neither a portal nor a space"),
        ('portal = "door"', 'portal = "door"\nspace = "hall"', "it observes both a portal and a space"),
        ('portal = "door"', 'portal = "dor"', '[[sites.sensors]] c-1: portal: there is no portal "dor"'),
        ('portal = "door"', 'portal = "door"\ninterval_s = 0', "interval_s: 0 is not possible; write 1 or more"),
        ('portal = "door"', 'portal = "door"\nlast = 9999-12-31', "last: 9999-12-31 is not possible; write a year"),
        ('portal = "door"', 'portal = "door"\nsince = 0001-01-01T00:00:00Z', "since: 0001-01-01 00:00:00+00:00 is not"),
        ('device = "c-1"', 'device = "a/b"', "cannot be a device"),
        ('inner = "hall"', 'inner = "hall"\ncounted = false', "a sensor counts it"),
        ('monday = "08:00-20:00"', 'monday = "8-20"', 'line 8: [sites.opening] house: monday: "8-20"'),
        ('country = "SE"', 'country = "XQ"', 'line 15: [sites.opening] house: country: the public holidays of "XQ"'),
        ("last = 2026-07-31", "last = 2026-06-30", "line 19: [[sites.opening.exceptions]] number 1: last: the excep"),
        ("baseline_last = 2024-12-31", "baseline_last = 2023-12-31", "baseline_last: the baseline ends"),
        ("deadline = 2030-12-31", "deadline = 2024-06-30", "deadline: the deadline is not after the baseline"),
        ("deadline = 2030-12-31", "deadline = 2030-12-31\nfactor = 0", "factor: 0 is not possible; write more than 0"),
        ("[sites.opening]", 'day_start = "04:10"\n[sites.opening]', "is not on a quarter of an hour"),
        ("[[sites]]", "[[sites", "this is not TOML"),
        ("[[sites]]", "[sites]", "line 1: [sites] house: there can be several; begin each with [[sites]]"),
        ('portal = "door"', 'portal = "door"\nfirst = 2026-02-01\nlast = 2026-01-01', "last: it ends before it begins"),
        ('portal = "door"', 'portal = "door"\nfirst = 2026-02-01\nsince = 2026-02-01T10:00:00', "since: first says so"),
        ('parent = "hall"', 'closed = [{ first = 2026-02-02, last = 2026-02-01 }]', "nook: closed.0.last: it ends"),
        ('inner = "hall"', 'inner = "hall"\nfirst = 2026-02-02\nlast = 2026-02-01', "door: last: it ends before"),
        ("[sites.target]", '[[sites.opening]]\n[sites.target]', "this is not TOML"),
        ('monday = "08:00-20:00"', 'monday = "08:00-20:00 stafless"', 'monday: "08:00-20:00 stafless" is not opening'),
        ('portal = "door"', f'portal = "door"{AGAIN}channel = "flow:1"', '"flow:1" of device "c-1" is placed twice'),
        ('portal = "door"', f'portal = "door"{AGAIN}interval_s = 5', "has another interval_s elsewhere"),
        ('"The house"', '"The \\u001b[2Jhouse"', "control character"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_what_to_do(old: str, new: str, told: str) -> None:
    found = problems(old, new)
    assert any(told in problem for problem in found), found
    assert all(problem.startswith("house.toml") for problem in found)


def test_a_portal_whose_sensor_is_still_to_come_is_allowed_and_told() -> None:
    site_file = parse(HOUSE[: HOUSE.index("[[sites.sensors]]")])
    (note,) = notes(site_file)
    assert note.startswith("house: no sensor counts the door door")
    assert notes(parse(HOUSE)) == []


def test_one_name_serves_both_languages() -> None:
    (house,) = parse(HOUSE.replace('{ sv = "Hallen", en = "Hall" }', '"Ebba"')).sites
    assert house.spaces[0].name == Text(sv="Ebba", en="Ebba")
    assert 'name = "Ebba"' in dump(SiteFile(sites=(house,)))


def test_all_keys_and_values_are_told_at_once_whatever_is_wrong_with_them() -> None:
    """Values of another kind or out of bounds, keys missing or unknown, in any section."""
    broken = (
        HOUSE.replace("capacity = 40", "capacity = 0")
        .replace('device = "c-1"', 'device = "c-1"\ninterval_s = "often"')
        .replace('outer = "outside"\n', "")
        .replace('saturday = "closed"', 'sundy = "closed"')
        .replace("last = 2026-07-31", 'last = "soon"')
        .replace('kind = "library"', 'kind = "shop"')
    )
    with pytest.raises(SiteFileError) as caught:
        parse(broken, "f")
    told = [re.sub(r"^f line \d+: ", "", problem) for problem in caught.value.problems]
    expected = (
        "[[sites]] house: kind: ", "[sites.opening] house: saturday: is missing",
        "[sites.opening] house: sundy: the key is not known", "[[sites.opening.exceptions]] number 1: last: ",
        "[[sites.spaces]] hall: capacity: 0 is", "[[sites.portals]] door: outer: is missing",
        "[[sites.sensors]] c-1: interval_s: ",
    )  # fmt: skip
    assert len(told) == len(expected)
    for problem, beginning in zip(told, expected, strict=True):
        assert problem.startswith(beginning), told


DATED = """
[[sites.opening]]
monday-friday = "08:00-20:00"
saturday-sunday = "closed"
country = "SE"

[[sites.opening]]
first = 2026-09-01
monday-saturday = "06:00-22:00 staffless, 10:00-18:00"
friday = "10:00-16:00"
sunday = "10:00-16:00"
country = "SE"

[[sites.opening.exceptions]]
first = 2026-06-15
last = 2026-08-16
hours = { monday-friday = "10:00-18:00", sunday = "11:00-14:00" }

[[sites.opening.exceptions]]
first = 2026-12-30
last = 2026-12-30
hours = "closed"
"""


def dated() -> SiteFile:
    start, end = HOUSE.index("[sites.opening]"), HOUSE.index("[sites.target]")
    text = HOUSE[:start] + DATED + HOUSE[end:]
    text = text.replace(
        'parent = "hall"', 'parent = "hall"\nlast = 2027-01-31\nclosed = [{ first = 2026-03-02 }]'
    )
    text = text.replace('portal = "door"', 'portal = "door"\nswapped = true\nuntil = 2026-03-09T14:30:00')
    again = '[[sites.sensors]]\ndevice = "c-1"\nportal = "door"\nsince = 2026-03-09T14:30:00+01:00\n'
    return parse(text + again)


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        ("2026-03-02", "08:00-20:00"),  # before the second table
        ("2026-03-07", "closed"),
        ("2026-07-06", "10:00-18:00"),  # summer
        ("2026-07-04", "closed"),  # a Saturday, as usual
        ("2026-07-05", "11:00-14:00"),
        ("2026-06-19", "closed"),  # Midsummer Eve stays a holiday
        ("2026-09-04", "10:00-16:00"),  # a Friday, named by itself
        ("2026-12-30", "closed"),
    ],
)
def test_hours_have_dates(day: str, hours: str) -> None:
    opening = dated().sites[0].opening
    assert hours_text(date.fromisoformat(day), opening) == hours


def test_hours_without_staff_are_what_the_staff_leaves() -> None:
    (house,) = dated().sites
    assert hours_of(date(2026, 9, 7), house) == (8, 8)
    assert hours_of(date(2026, 3, 2), house) == (12, 0)
    noon, night = datetime(2026, 9, 7, 10, tzinfo=UTC), datetime(2026, 9, 7, 19, tzinfo=UTC)
    assert staffed_until(noon, house) == datetime(2026, 9, 7, 16, tzinfo=UTC)
    assert staffed_until(night, house) is None and is_open(night, house)
    assert open_until(noon, house) == datetime(2026, 9, 7, 20, tzinfo=UTC)


def test_what_has_dates_comes_back_the_same() -> None:
    assert parse(dump(dated())) == dated()
    before, after = dated().sites[0].sensors
    assert before.until == after.since == datetime(2026, 3, 9, 13, 30, tzinfo=UTC)


def test_all_that_does_not_fit_together_is_told_at_once() -> None:
    broken = HOUSE.replace('monday = "08:00-20:00"', 'monday = "8-20"').replace(
        'parent = "hall"', 'parent = "hel"'
    )
    found = problems('portal = "door"', 'portal = "gate"', broken)
    assert [problem.split(":")[0] for problem in found] == [f"house.toml line {n}" for n in (8, 34, 45)]


def test_what_is_wrong_with_hours_of_several_tables_has_its_line() -> None:
    text = DATED.replace("2026-12-30\nhours", "2026-12-29\nhours").replace('friday = "10', 'friday = "1', 1)
    start, end = HOUSE.index("[sites.opening]"), HOUSE.index("[sites.target]")
    with pytest.raises(SiteFileError) as caught:
        parse(HOUSE[:start] + text + HOUSE[end:])
    assert [re.sub(r".* line (\d+): .*: (\w+): .*", r"\1 \2", told) for told in caught.value.problems] == [
        "16 friday",
        "27 last",
    ]


def test_a_portal_may_lead_to_another_site_of_the_file() -> None:
    park = HOUSE.replace('"house"', '"park"').replace('outer = "outside"', 'outer = "house/hall"')
    _, read = parse(HOUSE + park).sites
    assert read.portals[0].outer == "house/hall"
    assert (
        "there is no space" in problems('outer = "outside"', 'outer = "house/hall"')[0]
    )  # its own: written plainly


def test_a_target_may_count_other_sites_too() -> None:
    park = HOUSE.replace('"house"', '"park"')
    both = HOUSE.replace("deadline = 2030-12-31", 'deadline = 2030-12-31\nalso = ["park"]') + park
    house, other = parse(both).sites
    assert house.target and house.target.also == ("park",) and house.counted == ("house", "park")
    assert other.target and other.target.also == () and other.counted == ("park",)
    assert replace(house, target=replace(house.target, also=("park", "hall"))).counted == (
        "house",
        "hall",
        "park",
    )
    assert parse(dump(parse(both))) == parse(both) and 'also = ["park"]' in dump(parse(both))
    assert [*map(str, differences(parse(HOUSE).sites[0], house))] == ["target: also: park"]


@pytest.mark.parametrize(
    ("also", "park", "told"),
    [
        ('["prak"]', {}, '"prak" in this file (did you mean "park"?)'),
        ('["house"]', {}, '"house" is the site itself'),
        ('["park", "park"]', {}, '"park" is named twice'),
        ('["park"]', {"timezone": '"Europe/London"'}, 'days of "park" begin at 04:00 Europe/London, here at 04:00 E'),
        ('["park"]', {"day_start": '"05:00"'}, 'days of "park" begin at 05:00 Europe/Stockholm, here at 04:00'),
        ('["park"]', {"sandbox": "true"}, "only one is a sandbox"),
        ('"park"', {}, '"park" is not possible; write it in square brackets'),
    ],
)  # fmt: skip
def test_sites_that_cannot_be_counted_together_are_told(also: str, park: dict[str, str], told: str) -> None:
    plain = {"timezone": '"Europe/Stockholm"', "day_start": '"04:00"', "sandbox": "false"} | park
    other = HOUSE.replace('"house"', '"park"').replace('timezone = "Europe/Stockholm"\n', "")
    other = other.replace(
        "[sites.opening]", "\n".join(f"{k} = {v}" for k, v in plain.items()) + "\n[sites.opening]", 1
    )
    (problem,) = _together(also, other)
    assert told in problem and problem.startswith("house.toml line 26: [sites.target] house: also")


def _together(also: str, other: str) -> list[str]:
    """What is wrong with a house that counts others too."""
    with pytest.raises(SiteFileError) as caught:
        parse(
            HOUSE.replace("deadline = 2030-12-31", f"deadline = 2030-12-31\nalso = {also}") + other,
            "house.toml",
        )
    return caught.value.problems


def texts() -> st.SearchStrategy[Text]:
    words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=12)
    return st.builds(Text, sv=words, en=words)


@settings(max_examples=60)
@given(
    name=texts(), note=texts(), area=st.floats(1, 1e5), start=st.sampled_from([time(0), time(4), time(5, 45)])
)
def test_what_is_written_is_read_again(name: Text, note: Text, area: float, start: time) -> None:
    site = Site(
        id="a",
        kind="park",
        name=name,
        timezone="Europe/Stockholm",
        day_start=start,
        sandbox=True,
        opening=week(
            "06:00-20:00",
            OpeningException(first=date(2026, 1, 1), last=date(2026, 1, 2), hours="closed", note=note),
            OpeningException(
                first=date(2026, 6, 1), last=date(2026, 8, 2), hours=DayHours(sunday="closed"), note=note
            ),
            sunday="always",
        ),
        target=Target(
            baseline_first=date(2024, 1, 1),
            baseline_last=date(2024, 2, 1),
            deadline=date(2030, 1, 1),
            factor=1.5,
            also=("b",),
        ),
        spaces=(Space(id="s", name=note, storey=-1, capacity=1, area_m2=area),),
        portals=(Portal(id="p", name=name, outer="outside", inner="s"),),
        sensors=(Sensor(device="d", portal="p", swapped=True, role="reference", interval_s=5),),
    )
    both = SiteFile(sites=(site, replace(site, id="b", target=None, spaces=site.spaces[:1])))
    assert parse(dump(both)) == both


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(SiteFileError):
        parse(text)


@given(
    cut=st.integers(0, len(HOUSE) - 1), junk=st.sampled_from(["", "x", "[[", '"', "= 3\n", "[sites.name]\n"])
)
def test_a_torn_file_is_read_or_refused(cut: int, junk: str) -> None:
    try:
        parse(HOUSE[:cut] + junk + HOUSE[cut + 1 :])
    except SiteFileError as exc:
        assert exc.problems


@pytest.mark.parametrize(
    "part", [Site, WeekHours, OpeningException, Target, VisitDefinition, Deduction, Space, Portal, Sensor]
)
def test_every_key_is_documented(part: type) -> None:
    page = (EXAMPLE.parents[1] / "docs" / "reference" / "site-file.md").read_text()
    weekdays = ("tuesday", "wednesday", "thursday", "friday", "saturday")
    known = {f.name for f in fields(part)} - {
        *weekdays,
        "opening",
        "exceptions",
        "target",
        "spaces",
        "portals",
        "sensors",
        "mappings",
        "visits",
        "deductions",
    }
    assert {key for key in known if f"`{key}`" not in page} == set()


@pytest.mark.parametrize("text", ["a" + ".a" * 5000 + " = 1", "[" + "a." * 5000 + "a]", "a = " + "[" * 5000])
def test_a_file_that_is_nested_too_deeply_is_refused(text: str) -> None:
    with pytest.raises(SiteFileError, match="nested too deeply"):
        parse(text)
