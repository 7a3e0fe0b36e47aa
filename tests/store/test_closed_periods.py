"""Reported months and years stay as they were; what changes them later is a revision with its reason."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from by_day import FIRST, SITE, ordinary, send
from typer.testing import Result

from besok.model import sitefile
from besok.model.errors import BesokError, StoreRefused
from besok.model.views.closed_periods import ClosedPeriod
from besok.services.closed_periods import close_period, get_closed, get_reported, period_of, with_closed
from besok.services.visits import get_visits
from besok.store import closed_periods, sites, voids
from besok.store.database import Database
from besok.store.quarantine_decisions import Chosen, decide
from besok.text import revision_text
from tests.databases import undone

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
TODAY = date(2026, 2, 1)
MARCH = (date(2025, 3, 1), date(2025, 3, 31))
YEAR = (date(2025, 1, 1), date(2025, 12, 31))
pytestmark = pytest.mark.usefixtures("english")


def counted(db: Database) -> None:
    """A library with a year of counts, which were received when they happened."""
    sites.apply(db, sitefile.parse(SITE), now=datetime(2024, 12, 1, tzinfo=UTC))
    send(db, ordinary(FIRST, 365))


@pytest.fixture(scope="module")
def year(prepared: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    with undone(prepared) as db:
        counted(db)
        yield prepared


@pytest.fixture
def lib(year: psycopg.Connection[Any]) -> Iterator[Database]:
    with undone(year) as db:
        yield db


def close(db: Database, first: date, last: date, reason: str = "") -> ClosedPeriod:
    return close_period(db, "lib", first, last, author="Kim", reason=reason, now=NOW)


def shown(db: Database) -> tuple[float | None, float | None]:
    """Return March as the pages show it: the figure, and what it would be now."""
    points = get_visits(db, "lib", *YEAR, "month")
    march = with_closed(db, "lib", "month", points, *YEAR)[2]
    return march.gross, march.revised_gross


def late(db: Database, day: date, people: int) -> None:
    """Another figure of a day comes long after the period was closed."""
    now = NOW + timedelta(days=3)
    send(db, {day: people}, received=now)
    decide(db, "released", Chosen(device="lib/front"), author="Robin", now=now, reason="read by hand")


def test_late_data_is_a_revision_with_its_reason_and_its_days(lib: Database) -> None:
    march = sum(v for day, v in ordinary(FIRST, 365).items() if MARCH[0] <= day <= MARCH[1])
    assert close(lib, *MARCH).gross == march
    assert shown(lib) == (march, None)
    assert get_closed(lib, "lib")[0].revision is None
    late(lib, date(2025, 3, 5), 500)
    assert shown(lib) == (march, march + 380)
    (period,) = get_closed(lib, "lib")
    found = period.revision
    assert found and period.gross == march and found.gross == march + 380
    assert found.days == {date(2025, 3, 5): 380}
    assert [(r.kind, r.number) for r in found.reasons] == [("late", 2)]
    said = revision_text.revision(period, "gross")
    assert "+380" in said and "2 readings came late" in said and "1 day differs: 5 Mar 2025" in said
    april = get_visits(lib, "lib", date(2025, 4, 1), date(2025, 4, 30), "month")
    assert with_closed(lib, "lib", "month", april, date(2025, 4, 1), date(2025, 4, 30)) == april


def test_a_release_from_quarantine_is_told_with_who_and_why(lib: Database) -> None:
    send(lib, {date(2025, 3, 5): 500}, received=NOW - timedelta(days=1))
    close(lib, *MARCH)
    decide(
        lib,
        "released",
        Chosen(device="lib/front"),
        author="Robin",
        now=NOW + timedelta(1),
        reason="it was away",
    )
    (period,) = get_closed(lib, "lib")
    assert period.revision
    assert [(r.kind, r.author, r.text) for r in period.revision.reasons] == [
        ("quarantine", "Robin", "it was away")
    ]


def test_a_void_and_its_undo_are_told_with_who_and_why(lib: Database) -> None:
    close(lib, *MARCH)
    front = voids.find(lib, "lib/front")
    begins = datetime(2025, 3, 5, 3, tzinfo=UTC)
    number = voids.add(
        lib,
        front,
        begins,
        begins + timedelta(days=1),
        reason="installers",
        author="Robin",
        now=NOW + timedelta(1),
    )
    (period,) = get_closed(lib, "lib")
    assert period.revision and period.revision.days == {date(2025, 3, 5): -120}
    ((reason),) = period.revision.reasons
    assert (reason.kind, reason.author, reason.text) == ("void", "Robin", "installers")
    voids.undo(lib, number, reason="visitors", author="Robin", now=NOW + timedelta(2))
    assert get_closed(lib, "lib")[0].revision is None, "as it was reported"


def test_a_revision_is_accepted_or_the_period_opened_and_what_was_reported_stays(lib: Database) -> None:
    first = close(lib, *MARCH)
    with pytest.raises(StoreRefused, match="with a reason"):
        close(lib, *MARCH)
    late(lib, date(2025, 3, 5), 500)
    second = close(lib, *MARCH, reason="the counter was read again")
    assert second.gross == first.gross + 380
    assert shown(lib) == (second.gross, None)
    kept = {one.id: one for one in get_closed(lib, "lib", ended=True)}
    assert (kept[first.id].gross, kept[first.id].ended_why) == (first.gross, "the counter was read again")
    closed_periods.reopen(lib, second.id, author="Kim", reason="too early", now=NOW)
    assert get_closed(lib, "lib") == []
    late(lib, date(2025, 3, 5), 600)
    assert shown(lib) == (second.gross + 100, None)


def test_a_reported_year_keeps_its_report(lib: Database) -> None:
    before = get_reported(lib, "lib", 2025, TODAY)
    close(lib, *YEAR)
    late(lib, date(2025, 3, 5), 2000)
    report = get_reported(lib, "lib", 2025, TODAY, verify=True)
    assert report.besok01 == before.besok01 and report.gross == before.gross and report.doors == before.doors
    assert report.closed and report.closed.revision
    assert report.closed.revision.besok01 == before.besok01 + 1880  # type: ignore[operator]
    assert report.verification and report.verification.same and report.verification.net != report.net
    (year,) = with_closed(lib, "lib", "year", get_visits(lib, "lib", *YEAR, "year"), *YEAR)
    assert (year.closed, year.revised_gross) == (True, (year.gross or 0) + 1880)


def test_what_is_not_over_or_not_known_cannot_be_closed(lib: Database) -> None:
    with pytest.raises(BesokError, match="is not over yet"):
        close(lib, date(2026, 2, 1), date(2026, 2, 28))
    with pytest.raises(BesokError, match="no figure to close"):
        close(lib, date(2024, 3, 1), date(2024, 3, 31))
    with pytest.raises(BesokError, match="neither a year nor a month"):
        period_of("spring")
    assert period_of("2024-02") == (date(2024, 2, 1), date(2024, 2, 29))


def test_the_commands_close_list_and_open(db: Database, command: Callable[..., Result]) -> None:
    counted(db)
    closed = command("period", "close", "2025-03", "--site", "lib", "--by", "Kim")
    assert closed.exit_code == 0, closed.output
    closed = command("period", "close", "2025", "--site", "lib", "--by", "Kim")
    assert closed.exit_code == 0, closed.output
    late(db, date(2025, 3, 5), 2000)
    report = command("report", "annual", "lib", "--year", "2025")
    assert "REVISION: It would be" in report.output and "(+1,880)" in report.output
    listed = command("period", "list", "lib").output
    assert listed.count("It would be") == 2 and "Kim" in listed
    number = str(get_closed(db, "lib")[0].id)
    assert command("period", "reopen", number, "--reason", "wrong year").exit_code == 0
    assert "wrong year" in command("period", "list", "lib", "--ended").output
