"""Reported figures on *Progress*: as they were, with what they would be now, in both languages."""

from dataclasses import replace
from datetime import UTC, date, datetime

from besok.model.views.closed_periods import ClosedPeriod, Revision, RevisionReason
from dashboard.components import closed_periods, yearly_visits
from dashboard.components.elements import first_of
from dashboard.components.yearly_visits import Year
from tests.unit.on_the_way import texts

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
MARCH = ClosedPeriod(
    id=1, site="lib", first=date(2025, 3, 1), last=date(2025, 3, 31), closed=NOW, author="Kim", reason="", version="1",
    gross=3250, net=3000, besok01=None, coverage=1.0, ended=None, ended_by=None, ended_why=None,
)  # fmt: skip
VOID = RevisionReason(kind="void", at=NOW, author="Robin", text="installers", number=30)
CHANGED = Revision(gross=3130, net=2880, besok01=None, days={date(2025, 3, 5): -120}, reasons=(VOID,))


SAID = {
    "en": (
        "March 2025",
        "3,250 visits, closed 1 Feb 13:00 by Kim",
        "3,130 now (−120)",
        "by Robin: installers",
    ),
    "sv": ("mars 2025", "3\u00a0250 besök", "nu vara 3\u00a0130 (−120)", "makulerades av Robin: installers"),
}


def test_a_revision_stands_beside_what_was_reported(language: str) -> None:
    said = texts(
        closed_periods.section("lib", [replace(MARCH, revision=CHANGED)], "gross", "Europe/Stockholm")
    )
    for part in SAID[language]:
        assert part in said
    assert "installers" not in texts(closed_periods.section("lib", [MARCH], "net", "Europe/Stockholm"))
    assert closed_periods.section("lib", [], "gross", "Europe/Stockholm") is None


def test_a_reported_year_is_shown_as_it_was_reported() -> None:
    counted = [Year(year=y, visits=100.0, low=None, high=None, observed=1.0) for y in (2024, 2025)]
    year = replace(MARCH, first=date(2025, 1, 1), last=date(2025, 12, 31), gross=90)
    assert [y.visits for y in yearly_visits.reported(counted, [MARCH, year], "gross")] == [100, 90]


def test_what_is_folded_away_is_known_by_a_name_not_by_how_much_it_is() -> None:
    """Drawn again with one more, it stays open by that."""
    few, many = (first_of(["text"] * n, 2, "periods")[1] for n in (3, 4))
    assert few.id == many.id == "more-periods" and few.children[0].children != many.children[0].children
