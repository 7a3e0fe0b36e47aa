"""Calendar files of strangers: what is read, what is left out and why, and that no rule runs away."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from besok.files import ical
from besok.files.calendar_lines import LONGEST_LINE
from besok.files.ical import CalendarFile
from besok.model.errors import CalendarFileError

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
HERE = "Europe/Stockholm"


def event(*lines: str, uid: str = "a@b", title: str = "Sagostund") -> str:
    return "\r\n".join(("BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", *lines, "END:VEVENT"))


def read(*events: str, zone: str = HERE, end: datetime = END) -> CalendarFile:
    text = "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""))
    return ical.read(text.encode(), zone, START, end)


def times(found: CalendarFile) -> list[str]:
    return [f"{o.start:%m-%d %H:%M}-{o.end:%H:%M}" for o in found.occurrences]


def test_times_with_a_zone_without_one_and_in_utc() -> None:
    found = read(
        event(
            "DTSTART;TZID=Europe/Stockholm:20260301T100000",
            "DTEND;TZID=Europe/Stockholm:20260301T113000",
            uid="1",
        ),
        event("DTSTART:20260302T100000", "DTEND:20260302T113000", uid="2"),
        event("DTSTART:20260303T100000Z", "DURATION:PT2H", uid="3"),
        event("DTSTART;TZID=W. Europe Standard Time:20260304T100000", "DURATION:PT1H", uid="4"),
    )
    assert times(found) == [
        "03-01 09:00-10:30",
        "03-02 09:00-10:30",
        "03-03 10:00-12:00",
        "03-04 09:00-10:00",
    ]
    assert found.problems == ()


@pytest.mark.parametrize("letter", [b"\xe5", b"\xc3\xa5", b"\xc3\r\n \xa5"])
def test_titles_keep_their_letters_in_any_encoding_and_folded(letter: bytes) -> None:
    dated = event("DTSTART:20260302T100000", title="P@skpyssel", uid="1")
    raw = f"BEGIN:VCALENDAR\r\n{dated}\r\nEND:VCALENDAR\r\n".encode().replace(b"@", letter)
    assert [o.title for o in ical.read(raw, HERE, START, END).occurrences] == ["Påskpyssel"]


def test_a_stray_byte_in_a_line_that_is_not_used_garbles_no_title() -> None:
    dated = event("DTSTART:20260302T100000", title="Påskpyssel", uid="1")
    raw = f"BEGIN:VCALENDAR\r\n{dated}\r\nEND:VCALENDAR\r\n".encode()
    stray = raw.replace(b"END:VEVENT", b"DESCRIPTION:cut here \xc3\r\nEND:VEVENT")
    wide = raw.replace("å".encode(), "å\r\n ".encode()).decode().encode("utf-16")
    for text in (stray, wide):
        assert [o.title for o in ical.read(text, HERE, START, END).occurrences] == ["Påskpyssel"]


FAR = "\r\n".join(("BEGIN:VTIMEZONE", "TZID:Foo/Bar", "BEGIN:STANDARD", "DTSTART:19700101T000000",
                   "TZOFFSETFROM:-0600", "TZOFFSETTO:-0600", "END:STANDARD", "END:VTIMEZONE"))  # fmt: skip


def test_a_zone_that_only_the_file_knows_is_taken_for_that_of_the_site() -> None:
    there = event("DTSTART;TZID=Foo/Bar:20260304T100000", "DURATION:PT1H")
    for parts in ((FAR, there), (there, FAR), (there,)):
        found = read(*parts)
        assert times(found) == ["03-04 09:00-10:00"]
        (said,) = map(str, found.assumed)
        assert "“Foo/Bar”" in said and "taken for Europe/Stockholm" in said


def test_a_zone_that_nobody_knows_is_told() -> None:
    strange = "DTSTART;TZID=Foo/Bar:20260304T100000", "DTEND;TZID=Foo/Bar:20260304T110000"
    found = read(
        event(*strange, "RRULE:FREQ=DAILY;COUNT=2", uid="1"),
        event(*strange, uid="2", title="Bokprat"),
        event("DTSTART;TZID=Baz zon:20260305T100000", uid="3", title="Lov"),
        event("DTSTART:20260304T100000", uid="4"),
    )
    assert times(found)[0] == "03-04 09:00-10:00" and len(found.occurrences) == 5 and not found.problems
    baz, foo = map(str, found.assumed)
    assert foo == (
        "the time zone “Foo/Bar” of “Sagostund” and 1 more is not known: taken for Europe/Stockholm"
    )
    assert "“Lov” is not known" in baz and "“Baz zon”" in baz


def test_an_event_without_an_end_lasts_an_hour_and_a_day_is_a_day() -> None:
    found = read(event("DTSTART:20260302T100000", uid="1"), event("DTSTART;VALUE=DATE:20260329", uid="2"))
    assert times(found) == ["03-02 09:00-10:00", "03-28 23:00-22:00"]  # the day has 23 hours
    assert [o.all_day for o in found.occurrences] == [False, True]
    days = event("DTSTART;VALUE=DATE:20260216", "DTEND;VALUE=DATE:20260221", title="Sportlov")
    assert ical.whole_days(read(days).occurrences, HERE) == [
        (date(2026, 2, 16), date(2026, 2, 20), "Sportlov")
    ]


def test_what_lasts_for_hours_is_no_holiday() -> None:
    told = read(
        event("DTSTART:20260216T000000", "DTEND:20260216T120000", title="Lov"),
        event("DTSTART:20260217T000000", "DTEND:20260217T235900", uid="2", title="Lov"),
    )
    assert ical.whole_days(told.occurrences, HERE) == [(date(2026, 2, 17), date(2026, 2, 17), "Lov")]


def test_a_weekly_event_keeps_its_hour_when_the_clock_changes() -> None:
    found = read(
        event("DTSTART;TZID=Europe/Stockholm:20260322T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3")
    )
    assert times(found) == ["03-22 09:00-10:00", "03-29 08:00-09:00", "04-05 08:00-09:00"]


def test_what_was_moved_called_off_or_left_out_is_so() -> None:
    found = read(
        event(
            "DTSTART:20260302T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20260303T100000Z"
        ),
        event("RECURRENCE-ID:20260304T100000Z", "DTSTART:20260304T150000Z", "DURATION:PT1H"),
        event(
            "RECURRENCE-ID:20260305T100000Z", "DTSTART:20260305T100000Z", "DURATION:PT1H", "STATUS:CANCELLED"
        ),
    )
    assert times(found) == ["03-02 10:00-11:00", "03-04 15:00-16:00"]
    assert found.cancelled == 1


@pytest.mark.parametrize(
    ("rule", "many"),
    [
        ("FREQ=WEEKLY", 44),
        ("FREQ=WEEKLY;UNTIL=20260316T100000Z", 3),
        ("FREQ=WEEKLY;COUNT=100000", 44),
        ("FREQ=DAILY;INTERVAL=30;COUNT=3", 3),
        ("FREQ=MONTHLY;BYDAY=1MO", 10),
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=2", 1),
        ("FREQ=DAILY;BYHOUR=10,14", 610),
    ],
)
def test_rules(rule: str, many: int) -> None:
    found = read(event("DTSTART:20260302T100000Z", "DURATION:PT1H", f"RRULE:{rule}"))
    assert (len(found.occurrences), found.problems) == (many, ())


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("DTSTART:20260302T100000Z", "RRULE:FREQ=SECONDLY"), "more often than a programme"),
        (
            ("DTSTART:20260302T100000Z", "RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5,6"),
            "more often than",
        ),
        (("DTSTART:00010101T100000Z", "RRULE:FREQ=DAILY"), "it recurs since 1"),
        (("DTSTART:garbage",), "cannot be read"),
        (("DTEND:20260302T100000Z",), "cannot be read"),
        (("DTSTART:20260302T100000Z", "DTEND:20260302T090000Z"), "ends before it begins"),
        (("DTSTART:20260302T100000Z", "DTEND:20360302T090000Z"), "lasts longer than a year"),
        (("DTSTART:20260302T100000Z", "RRULE:FREQ=SOMETIMES"), "cannot be read"),
        (("DTSTART:20260302T100000Z", "RRULE:COUNT=2"), "cannot be read"),
        (("DTSTART:20260302T100000Z", "RRULE:FREQ=DAILY;INTERVAL=0"), "more often than a programme"),
        (("DTSTART:20260302T100000Z", "DURATION:-PT1H"), "ends before it begins"),
        (("DTSTART:20260302T100000Z", "RRULE:FREQ=MONTHLY;BYDAY=53MO"), "cannot be read"),
    ],
)
def test_what_cannot_be_is_left_out_and_told(lines: tuple[str, ...], said: str) -> None:
    found = read(event(*lines, uid="bad"), event("DTSTART:20260310T100000Z", "DURATION:PT1H", uid="good"))
    assert [o.uid for o in found.occurrences] == ["good"]
    (problem,) = map(str, found.problems)
    assert problem.startswith("“Sagostund”") and said in problem


NEVER = (
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
)


def test_rules_that_never_come_are_left_out() -> None:
    """Each of these would be looked for until the year 9999."""
    found = read(*(event("DTSTART:20260302T100000Z", f"RRULE:{r}", uid=f"{n}") for n, r in enumerate(NEVER)))
    assert len(found.problems) == len(NEVER)
    assert all("or never" in str(problem) for problem in found.problems)


def test_rules_that_go_on_and_on_end_with_the_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ical, "MOST_STEPS", 30_000)
    bombs = [
        event("DTSTART:19700101T000000Z", "RRULE:FREQ=DAILY;COUNT=999999999", uid=f"{n}") for n in range(500)
    ]
    found = read(*bombs)
    assert len(found.occurrences) == 365
    assert sum("go on for too long" in str(problem) for problem in found.problems) == 499


def test_too_many_events_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ical, "MOST_EVENTS", 700)
    daily = [event("DTSTART:20260101T100000Z", "RRULE:FREQ=DAILY", uid=str(n)) for n in range(2)]
    with pytest.raises(CalendarFileError, match="more than 700 events"):
        read(*daily)


def zone(*rules: str, start: str = "19700101T000000") -> str:
    """A time zone in which each rule changes the offset."""
    lines = [
        line
        for name, rule, offsets in zip(
            ("STANDARD", "DAYLIGHT"),
            rules,
            (("+0200", "+0100"), ("+0100", "+0200")),
            strict=False,
        )
        for line in (
            f"BEGIN:{name}",
            f"DTSTART:{start}",
            rule,
            f"TZOFFSETFROM:{offsets[0]}",
            f"TZOFFSETTO:{offsets[1]}",
            f"END:{name}",
        )
    ]
    return "\r\n".join(("BEGIN:VTIMEZONE", "TZID:Foo/Bar", *lines, "END:VTIMEZONE"))


THERE = event("DTSTART;TZID=Foo/Bar:20260304T100000", "DURATION:PT1H")


@pytest.mark.parametrize(
    "rule",
    [
        "RRULE:FREQ=SECONDLY",
        "EXRULE:FREQ=SECONDLY",
        "RRULE:FREQ=YEARLY;INTERVAL=0",
        "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "TZNAME:X\u2028RRULE:FREQ=SECONDLY",
        "TZNAME:X\x0bRRULE:FREQ=SECONDLY",
        "BEGIN:X\r\nEND:X\r\nRRULE:FREQ=SECONDLY",
    ],
)
def test_rules_of_a_zone_that_the_file_defines_are_never_walked_through(rule: str) -> None:
    named = event("DTSTART;TZID=Europe/Stockholm:20260304T100000", "DURATION:PT1H", uid="2")
    for begin in (
        "BEGIN:VTIMEZONE",
        "BEGIN :VTIMEZONE",
        "B EGIN:VTIMEZONE",
        "begin;A=B:VTIMEZONE",
        "BEGIN\x0b:VTIMEZONE",
    ):
        for rules in ((rule,), ("RRULE:FREQ=YEARLY", rule)):
            own = zone(*rules).replace("BEGIN:VTIMEZONE", begin)
            end = begin.replace("BEGIN", "END").replace("B EGIN", "E ND").replace("begin", "end")
            try:
                found = read(own.replace("END:VTIMEZONE", end), THERE, named)
            except CalendarFileError:
                continue  # refused: good as well
            assert times(found) == ["03-04 09:00-10:00"] * 2


def test_an_event_within_an_event_is_none() -> None:
    inner = event("DTSTART:20260304T100000Z", "RRULE:FREQ=SECONDLY", uid="inner")
    outer = event("DTSTART:20260305T100000Z", "DURATION:PT1H", inner, uid="outer")
    assert times(read(outer)) == ["03-05 10:00-11:00"]


def test_long_texts_are_cut_or_refused_before_they_are_repeated() -> None:
    daily = ("DTSTART:20260101T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY")
    for name in ("SUMMARY", "LOCATION", "UID", "EXDATE"):
        with pytest.raises(CalendarFileError, match=name):
            read(event(*daily, f"{name}:" + "x" * LONGEST_LINE))
    found = read(event(*daily, "DESCRIPTION:" + "x" * LONGEST_LINE, f"LOCATION:{'y' * 5000}", uid="u" * 5000))
    assert len(found.occurrences) == 365
    assert {(len(o.place), len(o.uid)) for o in found.occurrences} == {(200, 24)}
    other = read(event(*daily, uid="u" * 5001))
    assert {o.uid for o in other.occurrences}.isdisjoint(o.uid for o in found.occurrences)


def test_events_are_counted_before_they_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ical, "MOST_EVENTS", 10)
    monkeypatch.setattr(ical.Calendar, "from_ical", lambda *_, **__: pytest.fail("it was parsed"))
    with pytest.raises(CalendarFileError, match="more than 10 events"):
        read(*(event("DTSTART:19800101T100000Z", uid=f"{n}") for n in range(11)))


def test_single_events_far_from_the_window_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ical, "_problem", lambda *_: pytest.fail("it was looked at"))
    far = read(event("DTSTART:19800101T100000Z", uid="1"), event("DTSTART;VALUE=DATE:20990101", uid="2"))
    assert far == CalendarFile(occurrences=())


def test_files_are_read_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    under_way, most = [0], [0]

    def slowly(*_: object) -> CalendarFile:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        time.sleep(0.01)
        under_way[0] -= 1
        return CalendarFile(occurrences=())

    monkeypatch.setattr(ical, "_read", slowly)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: read(THERE), range(4)))
    assert most == [1]


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"BEGIN:VCALENDAR", b"\xff\xfe\x00", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n"]
)
def test_what_is_no_calendar_is_refused(content: bytes) -> None:
    with pytest.raises(CalendarFileError, match="not an iCalendar file"):
        ical.read(content, HERE, START, END)


def test_what_is_said_of_a_broken_file_moves_no_terminal() -> None:
    for content in (b"\x1b[2J\x07", b"BEGIN:VCALENDAR\r\nBEGIN:\x1b[2J\x07\r\nEND:VCALENDAR\r\n"):
        with pytest.raises(CalendarFileError, match="not an iCalendar file") as told:
            ical.read(content, HERE, START, END)
        assert str(told.value).isprintable()
    noise = ical.read(b"BEGIN:VCALENDAR\r\n\x1b[2J\x07\r\nEND:VCALENDAR\r\n", HERE, START, END)
    assert noise == CalendarFile(occurrences=())


def test_only_title_place_and_times_are_taken() -> None:
    found = read(
        event("DTSTART:20260302T100000Z", "LOCATION:Barnens\\nplan", "DESCRIPTION:Ring Anna", "ORGANIZER:mailto:a@b.se",
              "ATTENDEE:mailto:c@d.se", title="Bok\\nprat " + "x" * 500)
    )  # fmt: skip
    (one,) = found.occurrences
    assert (one.place, one.title[:9], len(one.title)) == ("Barnens plan", "Bok prat ", 200)
    assert "Anna" not in repr(one) and "a@b.se" not in repr(one)


def test_an_event_without_an_id_keeps_the_one_it_gets() -> None:
    text = event("DTSTART:20260302T100000Z").replace("UID:a@b\r\n", "")
    assert read(text).occurrences == read(text).occurrences
    assert read(text).occurrences[0].uid.startswith("made-up-")


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART:PT1H"],
        ["DTSTART;VALUE=TIME:100000"],
        ["DTSTART;VALUE=PERIOD:20260302T100000Z/PT1H"],
        ["DTSTART:20260302", "DTSTART:20260303"],
        ["DTSTART:20260302", "DTEND:PT1H"],
        ["DTSTART:20260302", "RECURRENCE-ID:PT1H"],
    ],
)
def test_an_event_whose_times_are_none_is_left_out_and_others_are_read(lines: list[str]) -> None:
    found = read(event(*lines), event("DTSTART:20260304T100000Z", uid="c@d"))
    assert [one.uid for one in found.occurrences] == ["c@d"]
    (problem,) = found.problems
    assert "must be given once" in str(problem)


@given(
    cut=st.integers(0, 400),
    junk=st.sampled_from(
        ["", "\r\n", "RRULE:FREQ=DAILY;COUNT=2\r\n", "DTSTART:\r\n", ":", ";TZID=X", "END:VEVENT\r\n", "é"]
    ),
)
@settings(max_examples=60)
def test_a_torn_file_is_read_or_refused(cut: int, junk: str) -> None:
    whole = "BEGIN:VCALENDAR\r\n" + event(
        "DTSTART;TZID=Europe/Stockholm:20260302T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU;COUNT=4",
        "EXDATE;TZID=Europe/Stockholm:20260303T100000",
    ) + "\r\nEND:VCALENDAR\r\n"  # fmt: skip
    try:
        found = ical.read(
            (whole[:cut] + junk + whole[cut:]).encode(), HERE, START, START + timedelta(days=90)
        )
    except CalendarFileError:
        return
    assert len(found.occurrences) <= 10
