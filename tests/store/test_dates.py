"""What has dates in a site file: said late, it leaves the days as if it had been said from the start."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from typer.testing import Result

from besok.model import calendar
from besok.model.sitefile import dump, parse
from besok.services.annual import compute_annual
from besok.services.live import get_live
from besok.services.observed_days import compute_visit_days
from besok.services.visits import get_visits
from besok.store import occupancy, sites
from besok.store.database import Database
from besok.store.write import Batch, write
from jobs.estimate import past_days
from jobs.learn import SitePast
from tests.databases import execute, undone
from tests.readings import passed
from tests.sitetext import WEEK, door, sensor, site, space

HERE = ZoneInfo("Europe/Stockholm")
FIRST, DAYS = date(2026, 3, 2), 16
DAY = timedelta(days=1)
NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)
DEVICES = ("a", "b", "c")
HALL, SIDE = ("Hallen", "Hall"), ("Sidan", "Side")


def house(*sensors: str, hours: Any = "09:00-18:00", hall: str = "", side: str = "", back: str = "") -> str:
    """A hall with a room beside it, and two ways in: one into the hall, one into the room."""
    parts = (
        site(hours=hours), space("hall", HALL, hall), space("side", SIDE, side), door("front", HALL),
        door("back", SIDE, "side", more=back), door("between", SIDE, "side", "hall"), *sensors,
    )  # fmt: skip
    return "".join(parts)


def at(device: str, portal: str, more: str = "") -> str:
    """A sensor at a portal."""
    return sensor(device, f'portal = "{portal}"', more)


def count(db: Database) -> None:
    """Sixteen days of three counters, unlike in in and out, each hour of the day, some of it at night."""
    rng = random.Random(7)
    batch = []
    for n in range(DAYS):
        for hour in range(9, 19):
            end = datetime.combine(FIRST + n * DAY, datetime.min.time(), HERE) + timedelta(hours=hour)
            for device in DEVICES:
                both = rng.randint(0, 9), rng.randint(0, 4 if hour < 15 else 14)
                batch += passed(f"lib/{device}", end.astimezone(UTC), *both, period_s=900)
    write(db, Batch(readings=batch))


def apply(db: Database, text: str, **more: Any) -> list[str]:
    return sites.apply(db, parse(text), now=NOW, **more)


def figures(db: Database) -> dict[str, dict[tuple[Any, ...], Any]]:
    """Every day's figures: doors, visits, and people inside as the jobs estimate them."""
    estimate(db)
    visits = execute(db, "select day::text, gross, net, covered_s from visit_day")
    inside = execute(
        db,
        "select z.slug, bucket::text, people::float8, lower::float8, upper::float8 from occupancy_bucket"
        " join space z using (space_id)",
    )
    return {
        "doors": doors(db),
        "visits": {row[:1]: row[1:] for row in visits},
        "inside": {row[:2]: row[2:] for row in inside},
    }


def doors(db: Database) -> dict[tuple[Any, ...], Any]:
    """What each door counted, by day; nothing has to be estimated for that."""
    rows = execute(
        db,
        "select p.slug, day::text, people_in, people_out, covered_s from flow_day join portal p using (portal_id)",
    )
    return {row[:2]: row[2:] for row in rows}


def same(some: dict[str, dict[tuple[Any, ...], Any]], others: dict[str, dict[tuple[Any, ...], Any]]) -> bool:
    """Whether the figures are the same; people inside to the digits that sums in another order may differ in."""
    inside, other = some["inside"], others["inside"]
    close = all(value == pytest.approx(other.get(key), abs=0.02) for key, value in inside.items())
    return close and inside.keys() == other.keys() and (some | {"inside": {}}) == (others | {"inside": {}})


def estimate(db: Database) -> None:
    """Work off every day that waits, as the jobs do."""
    place = sites.load(db, "lib")
    with db.transaction() as conn:
        site_id = occupancy.site_ids(conn)["lib"]
        past = SitePast(place, occupancy.layout(conn, site_id))
        days = occupancy.take_dirty(conn, site_id, 10_000)
        if days:
            past_days(conn, past, days)


def dirty(db: Database) -> list[date]:
    """The days that are to be estimated again."""
    return [row[0] for row in execute(db, "select day from dirty_day order by day")]


@pytest.fixture(scope="module")
def counted(prepared: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """A database in which the counters were heard before anybody said where they are."""
    with undone(prepared) as db:
        count(db)
        yield prepared


@pytest.fixture
def heard(counted: psycopg.Connection[Any]) -> Iterator[Database]:
    with undone(counted) as db:
        yield db


def test_a_swap_that_ended_is_said_later(counted: psycopg.Connection[Any]) -> None:
    right = house(
        at("a", "front", "swapped = true\nlast = 2026-03-08"), at("a", "front", "first = 2026-03-09")
    )
    with undone(counted) as db:
        apply(db, house(at("a", "front")))
        estimate(db)
        told = apply(db, right)
        assert told[0] == "lib: sensor a flow:1: front, swapped to 2026-03-08: new"
        assert any("the visits of 7 days change, 2026-03-02 to 2026-03-08" in line for line in told), told
        assert dirty(db) == [FIRST + n * DAY for n in range(DAYS)]  # those that follow have learnt from them
        assert apply(db, right) == []
        found = figures(db)
    with undone(counted) as other:
        apply(other, right)
        assert same(found, figures(other))


def test_what_lies_before_the_first_day_does_not_count(heard: Database) -> None:
    apply(heard, house(at("a", "front")))
    apply(heard, house(at("a", "front", "first = 2026-03-05")))
    days = {key[1] for key in doors(heard)}
    assert min(days) == "2026-03-05" and len(days) == DAYS - 3
    apply(heard, house(at("a", "front", "first = 2026-03-03")))
    assert min(key[1] for key in doors(heard)) == "2026-03-03"
    exported = dump(sites.export(heard))
    assert "first = 2026-03-03" in exported and apply(heard, exported) == []


def test_a_door_of_next_month_can_be_prepared(heard: Database) -> None:
    apply(heard, house(at("a", "front")))
    told = apply(heard, house(at("a", "front"), at("b", "back"), back="first = 2026-04-01"))
    assert "lib: portal back: first: 2026-04-01" in told and "lib: sensor b flow:1: new" in told
    assert {key[0] for key in doors(heard)} == {"front"}


def test_all_that_is_new_in_a_file_begins_on_a_day(heard: Database) -> None:
    old, new = house(at("a", "front")), house(at("b", "front"), hours="08:00-20:00")
    apply(heard, old)
    told = apply(heard, new, first=date(2026, 3, 10))
    assert "lib: sensor a flow:1: removed after 2026-03-09, its history stays" in told
    assert "lib: sensor b flow:1: new from 2026-03-10" in told
    assert "lib: opening from 2026-03-10: new" in told
    assert apply(heard, new) == [] and apply(heard, new, first=date(2026, 3, 10)) == []
    place = sites.load(heard, "lib")
    assert calendar.hours_of(date(2026, 3, 9), place) == (9, 0)
    assert calendar.hours_of(date(2026, 3, 10), place) == (12, 0)
    assert len(doors(heard)) == DAYS  # a's until the 9th, b's since


def test_hours_from_a_day_before_others_that_were_planned_take_their_place(db: Database) -> None:
    apply(db, house())
    planned, sooner = house(hours="08:00-20:00"), house(hours="07:00-21:00")
    apply(db, planned, first=date(2026, 9, 1))
    before = sites.export(db)
    apply(db, planned, first=date(2026, 6, 1))
    opening = sites.load(db, "lib").opening
    assert [table.first for table in opening.tables] == [None, date(2026, 6, 1)], "sooner than planned"
    apply(db, sooner, first=date(2026, 3, 1))
    place = sites.load(db, "lib")
    days = date(2026, 2, 28), date(2026, 3, 1), date(2026, 10, 1)
    assert [calendar.hours_of(day, place)[0] for day in days] == [9, 14, 14]
    apply(db, house(), first=date(2026, 3, 1))
    apply(db, planned, first=date(2026, 9, 1))
    assert sites.export(db) == before, "and back"


def test_the_command_shows_the_days_before_it_asks(
    db: Database, command: Callable[..., Result], tmp_path: Path
) -> None:
    count(db)
    apply(db, house(at("a", "front")))
    file = tmp_path / "house.toml"
    file.write_text(house(at("a", "front", "swapped = true")))

    def run(*words: str) -> Result:
        return command("site", "apply", str(file), *words)

    assert "NOTE: without dates sensors change now" in run().output
    done = run("--from", "2026-03-16")
    asked = f"{done.output}{done.exception}"
    assert "lib: sensor a flow:1: swapped: no → yes, from 2026-03-16" in asked
    assert "lib: the visits of 2 days change, 2026-03-16 to 2026-03-17" in asked and "Apply?" in asked
    assert [s.swapped for s in sites.load(db, "lib").sensors] == [False]
    assert "Applied." in run("--from", "2026-03-16", "--yes").output
    assert "Nothing to do" in run().output


def test_only_the_door_and_the_days_concerned_are_computed_again(heard: Database) -> None:
    apply(heard, house(at("a", "front"), at("b", "back")))
    estimate(heard)
    execute(heard, "update flow_day set imputed = 7")  # as a mark of what is not touched
    apply(
        heard,
        house(at("a", "front"), at("b", "back"), at("c", "between", "first = 2026-03-15\nlast = 2026-03-16")),
    )
    fresh_days = execute(
        heard,
        "select p.slug, day::text from flow_day join portal p using (portal_id) where imputed <> 7 order by 1, 2",
    )
    assert fresh_days == [("between", "2026-03-15"), ("between", "2026-03-16")]
    assert dirty(heard) == [date(2026, 3, 15), date(2026, 3, 16), date(2026, 3, 17)]


def test_a_closed_space_counts_nobody_nor_do_its_doors(heard: Database) -> None:
    sensors = at("a", "front"), at("b", "back"), at("c", "between")
    apply(heard, house(*sensors))
    open_all = figures(heard)
    closed = '[[sites.spaces.closed]]\nfirst = 2026-03-06\nlast = 2026-03-10\nnote = "Nytt golv"'
    told = apply(heard, house(*sensors, side=closed))
    assert told[0] == "lib: space side: closed: from 2026-03-06 to 2026-03-10"
    assert "the visits of 5 days change, 2026-03-06 to 2026-03-10" in told[1]
    shut = figures(heard)
    assert {key for key in open_all["doors"] if key not in shut["doors"]} == {
        (portal, f"2026-03-{day:02}") for portal in ("back", "between") for day in range(6, 11)
    }
    assert not any(key[0] == "side" and "2026-03-06 04" < key[1] < "2026-03-11" for key in shut["inside"])
    assert any(key[0] == "side" and key[1].startswith("2026-03-12") for key in shut["inside"])
    assert apply(heard, house(*sensors)) != []  # and taken back
    assert same(figures(heard), open_all)


def test_now_tells_what_is_closed_and_what_is_there(db: Database) -> None:
    sensors = at("a", "front"), at("b", "back"), at("c", "between")
    apply(db, house(*sensors, side=f"closed = [{{ first = {FIRST + 3 * DAY} }}]"))
    noon = datetime(2026, 3, 4, 11, tzinfo=UTC)
    reasons = [[s.reason for s in get_live(db, "lib", t).spaces] for t in (noon, noon + DAY)]
    assert reasons == [["unheard_door"] * 3, ["unheard_door", "unheard_door", "space_closed"]]
    apply(db, house(*sensors, side=f"first = {FIRST + 3 * DAY}"))
    spaces = [[s.space for s in get_live(db, "lib", t).spaces] for t in (noon, noon + DAY)]
    assert spaces == [["lib", "hall"], ["lib", "hall", "side"]]


def test_a_replaced_sensor_and_a_moved_one_in_one_file(counted: psycopg.Connection[Any]) -> None:
    steps = [
        house(at("a", "front")),
        house(at("a", "front", "last = 2026-03-06"), at("b", "front", "first = 2026-03-07")),
        house(
            at("a", "front", "last = 2026-03-06"), at("a", "back", "first = 2026-03-09"),
            at("b", "front", "first = 2026-03-07"),
        ),
    ]  # fmt: skip
    with undone(counted) as db:
        for text in steps:
            apply(db, text)
        found = figures(db)
    with undone(counted) as other:
        apply(other, steps[-1])
        assert same(found, figures(other))


def test_a_place_that_is_no_more_in_a_dated_history_is_told(db: Database) -> None:
    apply(db, house(at("a", "front", "last = 2026-03-06"), at("a", "back", "first = 2026-03-07")))
    told = apply(db, house(at("a", "back", "first = 2026-03-07")))
    assert told == ["lib: sensor a flow:1: front to 2026-03-06: no more, nor what it counted there"]


def test_a_sensor_that_the_file_has_no_more_keeps_its_history(heard: Database) -> None:
    apply(heard, house(at("a", "front", "first = 2026-03-03\nlast = 2026-03-08"), at("b", "back")))
    before = figures(heard)
    assert apply(heard, house(at("b", "back"))) == []
    assert same(figures(heard), before)


def test_a_door_that_is_no_more_keeps_what_was_counted_there(heard: Database) -> None:
    apply(
        heard,
        house(
            at("a", "front", "last = 2026-03-06"), at("a", "back", "first = 2026-03-07"), at("b", "between")
        ),
    )
    before = doors(heard)
    start, end = (house().index(f'[[sites.portals]]\nid = "{name}"') for name in ("back", "between"))

    def without(*sensors: str) -> str:
        return house(*sensors)[:start] + house(*sensors)[end:]

    told = apply(heard, without(at("b", "between")))
    assert told == [
        "lib: portal back: removed, its history stays", "lib: sensor a flow:1: removed, its history stays"
    ]  # fmt: skip
    exported = dump(sites.export(heard))
    assert apply(heard, exported) == [] and 'portal = "back"' not in exported
    apply(heard, without(at("b", "between"), at("a", "front", "last = 2026-03-05")))
    after = doors(heard)
    gone = {key for key in before if key not in after}
    assert gone == {("front", "2026-03-06")}


def test_a_dry_run_tells_the_difference_and_changes_nothing(heard: Database) -> None:
    apply(heard, house(at("a", "front")))
    before = figures(heard)
    turned = house(at("a", "front", "swapped = true\nfirst = 2026-03-02"))
    told = apply(heard, turned, dry_run=True)
    assert sum("lib: visits of 2026-03-" in line for line in told) == DAYS
    assert same(figures(heard), before)
    assert apply(heard, turned) == told


def watched(db: Database, device: str, days: Sequence[int]) -> None:
    """A counter that is heard all day."""
    batch = []
    for n in days:
        end = datetime.combine(FIRST + (n + 1) * DAY, time(4), HERE)
        batch += passed(f"lib/{device}", end.astimezone(UTC), 50, 50, period_s=86_400)
    write(db, Batch(readings=batch))


def test_nobody_is_missing_at_the_door_of_a_closed_space(db: Database) -> None:
    sensors = at("a", "front"), at("b", "back")
    apply(db, house(*sensors))
    watched(db, "a", range(DAYS))
    watched(db, "b", [n for n in range(DAYS) if not 6 <= n <= 8])

    def partial() -> list[date]:
        days = compute_visit_days(db, [sites.load(db, "lib")], FIRST + DAYS * DAY)
        return [day.day for day in days if not day.whole]

    def coverage() -> list[float]:
        return [p.coverage for p in get_visits(db, "lib", FIRST + 6 * DAY, FIRST + 8 * DAY, "day")]

    assert partial() == [FIRST + n * DAY for n in (6, 7, 8)] and max(coverage()) < 0.6
    report = compute_annual(db, "lib", 2026, FIRST + DAYS * DAY)
    apply(db, house(*sensors, side=f"closed = [{{ first = {FIRST + 6 * DAY}, last = {FIRST + 8 * DAY} }}]"))
    assert partial() == [] and min(coverage()) == 1
    assert compute_annual(db, "lib", 2026, FIRST + DAYS * DAY).days_partly < report.days_partly


@st.composite
def histories(draw: st.DrawFn) -> list[str]:
    """Files that come one after another, each with dates for all its sensors."""
    files = []
    for _ in range(draw(st.integers(2, 4))):
        sensors = []
        for device in DEVICES:
            cuts = sorted(draw(st.sets(st.integers(-1, DAYS), min_size=1, max_size=3)))
            for n, cut in enumerate(cuts):
                last = cuts[n + 1] - 1 if n + 1 < len(cuts) else None
                lines = [f"first = {FIRST + cut * DAY}"]
                lines += [f"last = {FIRST + last * DAY}"] if last is not None else []
                lines += ["swapped = true"] if draw(st.booleans()) else []
                sensors.append(
                    at(device, draw(st.sampled_from(["front", "back", "between"])), "\n".join(lines))
                )
        closed = ""
        if draw(st.booleans()):
            start, length = draw(st.integers(0, DAYS)), draw(st.integers(0, 5))
            closed = f"[[sites.spaces.closed]]\nfirst = {FIRST + start * DAY}\nlast = {FIRST + (start + length) * DAY}"
        back = f"first = {FIRST + draw(st.integers(0, DAYS)) * DAY}"
        hours = dict.fromkeys(
            WEEK, draw(st.sampled_from(["09:00-18:00", "07:00-21:00 staffless, 10:00-16:00"]))
        )
        files.append(house(*sensors, hours=hours, side=closed, back=back))
    return files


@settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(files=histories())
def test_the_order_of_applying_does_not_matter(
    shared_database: psycopg.Connection[Any], counted: psycopg.Connection[Any], files: Sequence[str]
) -> None:
    with undone(shared_database) as one:
        apply(one, files[0])
        count(one)
        for text in files[1:]:
            estimate(one)
            apply(one, text)
        found, exported = figures(one), dump(sites.export(one))
        assert apply(one, files[-1]) == []
    with undone(counted) as other:
        apply(other, files[-1])
        assert same(found, figures(other))
        assert apply(other, exported) == []
