"""A first month from nothing: after its corrections the days are as if it had been right from the start."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from besok.model.period_counts import CountFile, PeriodCount
from besok.model.readings import Reading
from besok.model.sitefile import parse
from besok.model.sitefile.notes import notes
from besok.services.attention import get_findings
from besok.services.devices import get_unplaced
from besok.services.progress import get_progress
from besok.services.visits import get_visits
from besok.store import period_counts, sites, voids
from besok.store.database import Database
from besok.store.period_counts import NewImport
from besok.store.quarantine_decisions import Chosen, decide
from besok.store.write import Batch, Incoming, write
from jobs import quality
from tests.databases import FreshUrl
from tests.sitetext import WEEK, door, sensor, site, space
from tests.store.test_dates import figures, same

HERE = ZoneInfo("Europe/Stockholm")
DAY = timedelta(days=1)
OPENED, LAST = date(2026, 3, 2), date(2026, 3, 31)
MOUNTED = date(2026, 2, 27)  # the installers walk to and fro until the library opens
EXCHANGED, SUNDAYS, MISTAKEN = date(2026, 3, 20), date(2026, 3, 15), date(2026, 3, 5)
CLOSED = (date(2026, 3, 9), date(2026, 3, 13))
NOW = datetime(2026, 4, 1, 10, tzinfo=UTC)
BACK, SIDE, NEW_SIDE = ("elsys", "a81758fffe0301"), ("milesight", "24e124"), ("milesight", "24e125")
WEEKDAYS = dict.fromkeys(WEEK, "09:00-19:00") | {"sunday": "closed"}
SUMMER = """[[sites.opening.exceptions]]
first = 2026-06-22
last = 2026-08-16
hours = { monday-friday = "10:00-18:00", saturday = "10:00-14:00" }
"""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the site file says so far: as on the first evening, unless somebody has noticed."""

    swapped: bool = False
    exchanged: bool = False
    opened: bool = False  # that nothing counts before the library has opened
    sundays: bool = False
    closed: bool = False
    summer: bool = False

    def file(self) -> str:
        since = f"first = {OPENED}\n" if self.opened else ""
        closed = f"closed = [{{ first = {CLOSED[0]}, last = {CLOSED[1]} }}]" if self.closed else ""
        back = since + ("swapped = true\n" if self.swapped else "")
        side = since + (f"last = {EXCHANGED - DAY}\n" if self.exchanged else "")
        return "".join(
            (
                _head(self), space("ground", ("Bottenvåning", "Ground floor")),
                space("upper", ("Övervåning", "Upper floor")), space("hall", ("Hall", "Hall"), 'parent = "ground"'),
                space("reading", ("Läsesal", "Reading room"), f'parent = "upper"\n{closed}'),
                door("front", ("Framsidan", "Front"), "ground"), door("back", ("Baksidan", "Back"), "ground"),
                door("side", ("Sidan", "Side"), "upper"),
                door("hall-door", ("Halldörr", "Hall door"), "hall", "ground"),
                door("stairs", ("Trappan", "Stairs"), "upper", "ground", more="counted = false"),
                sensor("front", more=since), sensor("hall-door", more=since),
                _placed(BACK, "back", back), _placed(SIDE, "side", side),
                _placed(NEW_SIDE, "side", f"first = {EXCHANGED}\n") if self.exchanged else "",
                sensor("camera", 'space = "reading"', since),
                site("branch", hours="10:00-16:00"),
                door("gate", ("Grind", "Gate"), "branch", more="counted = false"),
            )
        )  # fmt: skip


RIGHT = Told(swapped=True, exchanged=True, opened=True, sundays=True, closed=True, summer=True)


def _head(told: Told) -> str:
    """The site with its hours, and its target, which counts the branch too."""
    target = (
        f"[sites.target]\nbaseline_first = {OPENED}\nbaseline_last = {LAST}\ndeadline = 2030-12-31\n"
        'also = ["branch"]\n'
    )
    head = site(hours=WEEKDAYS)
    if told.sundays:
        week = "\n".join(
            f'{day} = "{hours}"' for day, hours in (WEEKDAYS | {"sunday": "11:00-16:00"}).items()
        )
        head = head.replace("[sites.opening]", "[[sites.opening]]")
        head += f"[[sites.opening]]\nfirst = {SUNDAYS}\n{week}\n"
    return head + (SUMMER if told.summer else "") + target


def _placed(device: tuple[str, str], portal: str, more: str) -> str:
    source, name = device
    return sensor(name, f'portal = "{portal}"', f'source = "{source}"\n{more}')


def sent(first: date, last: date) -> Iterator[Incoming]:
    """What five sensors of three makes tell: deltas, levels, totals of one that is mounted the wrong way round."""
    for n in range((last - first).days + 1):
        day = first + n * DAY
        rng = random.Random(day.toordinal())
        for hour in range(10, 20, 3):
            end = datetime.combine(day, time(hour), HERE).astimezone(UTC)
            people = {
                name: (rng.randint(0, 20), rng.randint(0, 20))
                for name in ("front", "hall-door", "side", "back")
            }
            for name in ("front", "hall-door"):
                yield from _flows("native", f"lib/{name}", end, *people[name])
            side = NEW_SIDE if day >= EXCHANGED else SIDE
            yield from _flows(*side, end, *people["side"])
            yield from _totals(*BACK, end, *passed_by(day, hour))
            room = rng.randint(0, 9)
            yield _incoming("native", "lib/camera", "level:1", "people", room, end)


def passed_by(day: date, hour: int) -> tuple[int, int]:
    """Return the totals of the back door, which is mounted the wrong way round: who went out, and who came in."""
    hours = (day - MOUNTED).days * 10 + hour - 10
    return 7 * hours + hours**2 % 5, 8 * hours + hours**2 % 7


def _flows(source: str, device: str, end: datetime, came: int, went: int) -> Iterator[Incoming]:
    for metric, value in (("in", came), ("out", went)):
        yield _incoming(source, device, "flow:1", metric, value, end, period_s=900)


def _totals(source: str, device: str, end: datetime, came: int, went: int) -> Iterator[Incoming]:
    for metric, value in (("in_total", came), ("out_total", went)):
        yield _incoming(source, device, "flow:1", metric, value, end)


def _incoming(
    source: str, device: str, channel: str, metric: str, value: float, end: datetime, period_s: float = 0
) -> Incoming:
    reading = Reading(
        source=source, device=device, channel=channel, metric=metric, value=value, time=end, period_s=period_s
    )
    return Incoming(reading=reading, received=end)


def hear(db: Database, first: date, last: date) -> None:
    write(db, Batch(readings=list(sent(first, last))))


def apply(db: Database, told: Told, day: date) -> list[str]:
    return sites.apply(db, parse(told.file()), now=datetime.combine(day, time(8), UTC))


def by_hand(db: Database, visits: float) -> int:
    """What was counted at the branch each day."""
    days = [OPENED + n * DAY for n in range((LAST - OPENED).days + 1)]
    counts = CountFile(unit="day", counts=tuple(PeriodCount(first=d, last=d, visits=visits) for d in days))
    new = NewImport(source="by hand", file=counts, author="Kim", method="manual")
    return period_counts.put(db, "branch", new, NOW)


def test_corrections_leave_the_days_as_if_all_had_been_right_from_the_start(
    fresh_url: FreshUrl, db: Database
) -> None:
    def as_if_right(told: Told, heard: date, branch: float | None = None, *, whole: bool = False) -> None:
        """Compare with an installation that was told all this on the first evening."""
        with fresh_url() as url, Database(url) as right:
            apply(right, told, MOUNTED)
            hear(right, MOUNTED, heard)
            if branch is not None:
                by_hand(right, branch)
            for name in ("lib", "branch"):
                assert days(db, name) == days(right, name)
            assert days(db, "lib", together=True) == days(right, "lib", together=True)
            if whole:  # each door, and the people inside
                assert same(figures(db), figures(right))

    told = Told()
    apply(db, told, MOUNTED)
    assert [n for n in notes(parse(told.file())) if "stairs" in n and "ground and upper" in n]
    week = date(2026, 3, 8)
    hear(db, MOUNTED, week)
    test = _incoming("native", "lib/front", "flow:1", "in", 10_234, datetime(2026, 3, 5, 9, 30, tzinfo=UTC))
    write(db, Batch(readings=[test]))
    assert visits(db, MISTAKEN) < 1000, "it waits in quarantine"
    decide(db, "released", Chosen(device="lib/front"), author="Robin", now=NOW)
    assert visits(db, MISTAKEN) > 10_234
    began = datetime.combine(MISTAKEN, time(10), HERE)
    front, span = voids.find(db, "lib/front"), (began, began + timedelta(hours=1))
    voids.add(db, front, *span, 1000, reason="test", author="Kim", now=NOW)

    told = replace(told, opened=True)
    apply(db, told, date(2026, 3, 9))
    assert visits(db, MOUNTED) == 0
    told = replace(told, swapped=True)
    apply(db, told, date(2026, 3, 10))  # found after a week
    as_if_right(told, week)

    hear(db, date(2026, 3, 9), LAST)
    told = replace(told, exchanged=True)
    apply(db, told, date(2026, 3, 23))  # three days after it was done
    assert get_unplaced(db, NOW) == [], "the sensor that was replaced waits for no place"
    told = replace(told, closed=True)
    apply(db, told, date(2026, 3, 25))
    told = replace(told, sundays=True, summer=True)
    apply(db, told, date(2026, 3, 26))
    assert told == RIGHT

    assert get_progress(db, "lib", LAST + DAY).uncounted == ("branch",), "the target says what it waits for"
    period_counts.undo(db, by_hand(db, 700), "Kim", now=NOW)
    by_hand(db, 70)
    as_if_right(told, LAST, 70, whole=True)
    quality.check_now(db, "lib", NOW)
    assert [
        f for f in get_findings(db, "lib", now=NOW) if "swapped = true" in f.advice.en and not f.fixed
    ] == []


def days(db: Database, name: str, *, together: bool = False) -> list[tuple[object, ...]]:
    points = get_visits(db, name, MOUNTED, LAST, together=together)
    return [(p.day, p.gross, p.net, p.coverage, p.imputed) for p in points]


def visits(db: Database, day: date) -> float:
    (point,) = get_visits(db, "lib", day, day)
    return point.gross or 0.0
