"""What a visit is, as a site file says it: read, refused with the reason, written back; and how sure a count is."""

from datetime import date
from math import hypot

import pytest

from besok.analytics.visits import DOOR_BIAS, SHARED_BIAS, counting_error, variance_per_passage
from besok.model.errors import SiteFileError
from besok.model.site import Deduction, SiteFile, Text, VisitDefinition
from besok.model.sitefile import dump, parse
from besok.model.sitefile.diff import differences
from tests.sitetext import door, sensor, site, space

DEFINITIONS = """
[[sites.visits]]
first = 2025-01-01
[[sites.visits]]
first = 2026-01-01
method = "half"
portals = ["front", "park/gate"]
note = { sv = "Ny dörr", en = "New door" }
[[sites.visits.deductions]]
kind = "staff"
per_day = 30
[[sites.visits.deductions]]
kind = "through"
share = 0.1
portals = ["park/gate"]
"""
PLACES = "".join(
    (
        site(), DEFINITIONS, space("hall", ("Hall", "Hall")), space("study", ("Läsrum", "Study")),
        door("front", ("Entré", "Front")), door("study-door", ("Läsrumsdörr", "Study door"), "study", "hall"),
        sensor("front"), sensor("study", 'portal = "study-door"'),
        site("park", ("Parken", "Park"), kind="park"), space("lawn", ("Gräs", "Lawn")),
        door("gate", ("Grind", "Gate"), "lib/hall", "lawn"), sensor("gate"),
    )
)  # fmt: skip


def refused(old: str, new: str) -> str:
    assert old in PLACES
    with pytest.raises(SiteFileError) as caught:
        parse(PLACES.replace(old, new))
    return str(caught.value)


def test_definitions_are_read_and_written_back() -> None:
    places = parse(PLACES)
    assert places.sites[0].visits == (
        VisitDefinition(first=date(2025, 1, 1)),
        VisitDefinition(
            first=date(2026, 1, 1),
            method="half",
            portals=("front", "park/gate"),
            note=Text(sv="Ny dörr", en="New door"),
            deductions=(
                Deduction(kind="staff", per_day=30),
                Deduction(kind="through", share=0.1, portals=("park/gate",)),
            ),
        ),
    )
    assert parse(dump(places)) == places


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            '"front", "park/gate"]\nnote',
            '"study-door"]\nnote',
            '"study-door" is not a counted door into the site',
        ),
        ('portals = ["front", ', 'portals = ["frnt", ', 'did you mean "front"'),
        ('portals = ["park/gate"]', 'portals = ["study-door"]', "not a counted door"),
        ("first = 2025-01-01", "first = 2026-01-01", "two definitions begin on 2026-01-01"),
        ("share = 0.1", "share = 10", "share: 10 is not possible; write 0.95 or less"),
        ("share = 0.1", "share = 0.1\nper_day = 3", "write one of the two"),
        ("per_day = 30", "per_day = -30", "-30 is not possible"),
        ("per_day = 30", 'per_day = 30\nportals = ["front"]', "taken off the whole site"),
        ("per_day = 30", "share = 0.9", "add up to 1"),
        ('kind = "staff"', 'kind = "cats"', "is not possible; write"),
        ('method = "half"', 'method = "out"', "is not possible; write"),
        ("per_day = 30", "perday = 30", "the key is not known"),
    ],
)
def test_a_definition_that_cannot_be_is_refused(old: str, new: str, said: str) -> None:
    assert said in refused(old, new)


def test_what_changes_is_told() -> None:
    before = parse(PLACES).sites[0]
    after = parse(PLACES.replace("per_day = 30", "per_day = 31").replace("2025-01-01", "2024-01-01")).sites[0]
    assert [*map(str, differences(before, after))] == [
        "visits from 2025-01-01: removed",
        "visits from 2024-01-01: new",
        "visits from 2026-01-01: deductions: staff 30, through 0.1 → staff 31, through 0.1",
    ]
    assert differences(before, before) == []
    assert SiteFile(sites=(before,)).sites[0].visits


def test_how_sure_a_count_is() -> None:
    assert counting_error(700, 700, 700**2) == pytest.approx(14.7, abs=0.05)
    assert counting_error(0, 0, 0) == 0
    one, four = counting_error(1000, 1000, 1000**2), counting_error(1000, 1000, 4 * 250**2)
    assert 0.0125 * 1000 < four < one  # doors err apart, and all of them miss
    year = counting_error(365 * 700, 365 * 700, (365 * 700) ** 2)
    assert year == pytest.approx(hypot(SHARED_BIAS, DOOR_BIAS) * 365 * 700, rel=0.01)
    assert counting_error(365 * 700, 0, 0, checked=500**2) == pytest.approx(hypot(500, 191), abs=1)


def test_in_and_out_tell_the_error_of_a_passage_where_they_can() -> None:
    assert [variance_per_passage(known) for known in (None, 0.0, 1e-9, 0.05, 3.0)] == [
        0.143, 0.143, 0.02, 0.05, 0.143,
    ]  # fmt: skip
