"""The calendars of a site on its page: what one removal takes is one entry."""

from datetime import date

from besok.model.views.calendar import ImportedCalendar
from dashboard.components import calendars
from tests.small_sites import house, week
from tests.unit.on_the_way import texts


def test_events_and_school_holidays_of_one_name_are_one_entry(english: None) -> None:
    days = {"site": "house", "first": date(2026, 2, 16), "last": date(2026, 2, 20)}
    both = [
        ImportedCalendar(calendar="lov", kind="events", number=5, **days),  # type: ignore[arg-type]
        ImportedCalendar(calendar="lov", kind="school-holidays", number=1, **days),  # type: ignore[arg-type]
        ImportedCalendar(calendar="program", kind="events", number=1, **days),  # type: ignore[arg-type]
    ]
    shown = texts(calendars.section(both, house(week("10:00-18:00"))))
    assert "5 events · 16–20 Feb 2026; 1 school holiday · 16–20 Feb 2026" in shown
    assert (shown.count("lov"), shown.count("program ")) == (1, 1)
