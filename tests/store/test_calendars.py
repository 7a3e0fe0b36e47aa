"""What is imported around the counts: it replaces its last import, keeps the past, and is told day by day."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from besok.model import sitefile
from besok.model.errors import CalendarFileError, NotFound
from besok.services.calendar import get_calendar_days, get_events
from besok.services.calendar_files import read_calendar
from besok.services.days import as_forecast_calendar
from besok.store import audit, sites
from besok.store.calendars import imported, remove, remove_weather
from besok.store.database import Database
from cli import calendars
from tests.store.counted import HOUSE

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOURS = HOUSE.replace('"always"', '"10:00-18:00"').replace(
    "[sites.opening]", '[sites.opening]\ncountry = "SE"'
)


def ics(*events: str) -> str:
    return "\r\n".join(
        ("BEGIN:VCALENDAR", *(f"BEGIN:VEVENT\r\n{e}\r\nEND:VEVENT" for e in events), "END:VCALENDAR", "")
    )


def event(uid: str, begins: str, title: str = "Sagostund", *more: str) -> str:
    return "\r\n".join((f"UID:{uid}", f"SUMMARY:{title}", f"DTSTART:{begins}", "DURATION:PT2H", *more))


@pytest.fixture
def house(db: Database) -> Database:
    sites.apply(db, sitefile.parse(HOURS))
    return db


def take(
    db: Database, path: Path, text: str, kind: str = "events", space: str = "", code: str = "utf-8"
) -> list[str]:
    path.write_text(text, code)
    lines = calendars.import_calendar(db, str(path), "lib", kind=kind, name="", space=space, now=NOW)  # type: ignore[arg-type]
    return list(lines)


def titles(db: Database) -> list[tuple[str, str, str | None]]:
    found = get_events(db, "lib", NOW - timedelta(days=90), NOW + timedelta(days=90))
    return [(f"{e.start:%m-%d}", e.title, e.space) for e in found]


def test_an_import_replaces_the_last_one_but_not_the_past(house: Database, tmp_path: Path) -> None:
    file = tmp_path / "program.ics"
    first = ics(
        event("a", "20260210T120000Z"), event("b", "20260310T120000Z"), event("c", "20260311T120000Z")
    )
    assert take(house, file, first) == ["program: 3 events new, 0 changed, 0 removed, 0 as they were"]
    assert take(house, file, first) == ["program: 0 events new, 0 changed, 0 removed, 3 as they were"]
    second = ics(event("b", "20260309T120000Z"), event("c", "20260311T120000Z", "Bokprat", "LOCATION:I Hall"))
    assert take(house, file, second) == ["program: 1 event new, 1 changed, 1 removed, 0 as they were"]
    assert titles(house) == [
        ("02-10", "Sagostund", None),
        ("03-09", "Sagostund", None),
        ("03-11", "Bokprat", "hall"),
    ]
    assert take(house, file, ics())[0].startswith("program: 0 events new")
    assert len(titles(house)) == 3
    assert take(house, tmp_path / "other.ics", ics(event("z", "20260310T090000Z")), space="hall")
    found = [(one.calendar, one.number, str(one.first), str(one.last)) for one in imported(house)]
    assert found == [("other", 1, "2026-03-10", "2026-03-10"), ("program", 3, "2026-02-10", "2026-03-11")]
    assert remove(house, "lib", "program") == 3
    assert titles(house) == [("03-10", "Sagostund", "hall")]


def noted(db: Database) -> list[str]:
    return [entry.detail for entry in audit.entries(db, limit=9) if entry.action == "calendar"]


def test_whatever_an_import_or_a_removal_changes_is_noted(house: Database, tmp_path: Path) -> None:
    spring = "first,last,name\n2026-02-16,2026-02-20,Sportlov\n"
    take(house, tmp_path / "lov.csv", spring, "school-holidays")
    assert noted(house) == ["school holidays: 1"]
    with pytest.raises(NotFound, match="no calendar"):
        remove(house, "lib", "gone")
    remove(house, "lib", "lov")
    assert noted(house) == ["removed, entries: 1", "school holidays: 1"]


def test_a_preview_names_the_changes_and_makes_none(house: Database, tmp_path: Path) -> None:
    kept = ics(event("a", "20260310T120000Z"), event("b", "20260311T120000Z"))
    take(house, tmp_path / "program.ics", kept)
    file = ics(event("a", "20260310T120000Z", "Bokprat"), event("c", "20260312T120000Z"))
    place = sites.load(house, "lib")

    def read(*, preview: bool) -> tuple[list[str], list[str], list[str]]:
        found = read_calendar(
            house, place, file.encode(), "program", space="", now=NOW, preview=preview
        ).imported
        return tuple([one.uid for one in events] for events in (found.new, found.changed, found.removed))  # type: ignore[return-value]

    assert read(preview=True) == (["c"], ["a"], ["b"]) == read(preview=True)
    assert [title for _, title, _ in titles(house)] == ["Sagostund", "Sagostund"]
    assert read(preview=False) == (["c"], ["a"], ["b"]) and read(preview=False) == ([], [], [])
    assert titles(house) == [("03-10", "Bokprat", None), ("03-12", "Sagostund", None)]
    assert noted(house) == ["events: 1 new, 1 changed, 1 removed", "events: 2 new, 0 changed, 0 removed"]


def test_what_does_not_exist_is_told(house: Database, tmp_path: Path) -> None:
    file = tmp_path / "a.ics"
    file.write_text(ics())
    for site, space, said in (("nowhere", "", "no site"), ("lib", "hal", "did you mean “hall”")):
        with pytest.raises(NotFound, match=said):
            list(
                calendars.import_calendar(
                    house, str(file), site, kind="events", name="", space=space, now=NOW
                )
            )
    with pytest.raises(NotFound, match="no calendar"):
        remove(house, "lib", "gone")
    for where, said in (("http://x/a.ics", "only https"), (str(tmp_path / "none.ics"), "cannot be read")):
        with pytest.raises(CalendarFileError, match=said):
            list(calendars.import_calendar(house, where, "lib", kind="events", name="", space="", now=NOW))


def test_a_day_by_day_calendar(house: Database, tmp_path: Path) -> None:
    take(house, tmp_path / "p.ics", ics(event("a", "20260402T220000Z", "Läsnatt"), event("b", "20260401T120000Z"),
         "UID:c\r\nSUMMARY:Mässa\r\nDTSTART;VALUE=DATE:20260401"))  # fmt: skip
    assert take(
        house,
        tmp_path / "s.csv",
        "first;last;name\n2026-04-03;2026-04-10;Påsklov\n",
        "school-holidays",
        code="cp1252",
    ) == ["s: 1 school holiday"]
    (tmp_path / "w.csv").write_text("date,temperature_c,rain\n2026-04-01,4,0\n2026-04-02,6,\n")
    assert list(calendars.import_weather(house, str(tmp_path / "w.csv"), [])) == [
        "lib: the weather of 2 days"
    ]
    before, first, second, third = get_calendar_days(house, "lib", date(2026, 3, 31), date(2026, 4, 3))
    assert before.events == ()  # a whole day begins at midnight, before the business day does
    assert (first.open_hours, first.holiday, first.school_holiday) == (8, None, None)
    assert (first.events, first.event_hours) == (("Mässa", "Sagostund"), 10)
    assert (first.temperature_c, first.precipitation_mm) == (4, 0)
    assert (second.events, second.event_hours, second.precipitation_mm) == (
        ("Läsnatt",),
        2,
        None,
    )  # until two at night
    assert (third.open_hours, third.holiday, third.school_holiday) == (0, "Good Friday", "Påsklov")
    known = as_forecast_calendar([first, second, third], "SE")
    assert (
        known.closed == {third.day}
        and known.school == {third.day}
        and known.holidays[third.day] == "Good Friday"
    )
    assert known.weather["temperature_c"] == {first.day: -1, second.day: 1}
    assert remove_weather(house, "lib") == 2


def test_a_day_of_23_hours_and_a_leap_day_are_there_once(house: Database) -> None:
    days = get_calendar_days(house, "lib", date(2028, 2, 28), date(2028, 3, 31))
    assert [d.day for d in days] == [date(2028, 2, 28) + timedelta(days=n) for n in range(33)]
    assert {d.open_hours for d in days} == {8}


def test_a_programme_is_no_list_of_school_holidays(house: Database, tmp_path: Path) -> None:
    lov = "UID:c\r\nSUMMARY:Sportlov\r\nDTSTART;VALUE=DATE:20260216\r\nDTEND;VALUE=DATE:20260221"
    told = ics(event("a", "20260402T100000Z", "Sagostund"), event("b", "20260409T100000Z", "Sagostund"), lov)
    assert take(house, tmp_path / "s.ics", told, "school-holidays") == [
        "left out: “Sagostund”: it does not last a whole day",
        "s: 1 school holiday",
    ]


def test_a_time_zone_that_nobody_knows_is_told_with_its_file(house: Database, tmp_path: Path) -> None:
    odd = "UID:a\r\nSUMMARY:Lov\r\nDTSTART;TZID=Foo/Bar:20260401T000000\r\nDTEND;TZID=Foo/Bar:20260402T000000"
    for kind in ("events", "school-holidays"):
        first, *_ = take(house, tmp_path / "s.ics", ics(odd), kind)
        assert first.startswith("s: the time zone “Foo/Bar” of “Lov” is not known")


def test_school_holidays_in_columns_of_other_names() -> None:
    spring = [(date(2026, 2, 16), date(2026, 2, 20), "Sportlov"), (date(2026, 5, 15), date(2026, 5, 15), "?")]
    for head in ("first,last,name", "Från,Till,Namn", "date,last,name"):
        assert calendars.school_days(f"{head}\n2026-02-16,2026-02-20,Sportlov\n2026-05-15,,\n") == spring


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "neither iCalendar nor a CSV"),
        ("first,last\n2026-02-30,2026-03-01\n", "row 2: “2026-02-30” is not a date"),
        ("first,last\n2026-03-02,2026-03-01\n", "not a school holiday"),
        ("date,visits\n2026-03-02,7\n", "no column last"),
    ],
)
def test_school_holidays_that_cannot_be(text: str, said: str) -> None:
    with pytest.raises(CalendarFileError, match=said):
        calendars.school_days(text)
