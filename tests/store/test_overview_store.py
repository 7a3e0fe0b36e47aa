"""All sites at a glance: as many queries for twelve as for two, and no other figure than the pages of each site."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from besok.model import sitefile
from besok.services.live import get_live
from besok.services.overview import compute_standing, get_overview
from besok.services.progress import get_progress
from besok.store import results, sites
from besok.store.database import Database
from dashboard.components import overview_parts
from jobs import results as computed
from tests.databases import execute
from tests.sitetext import door, site
from tests.store.test_queries import NOW, SITES, put

HOUR = timedelta(hours=1)


class Counting(Database):
    """A database that counts what it is asked."""

    asked = 0

    def fetch(self, *args: Any, **params: Any) -> list[Any]:
        self.asked += 1
        return super().fetch(*args, **params)

    def rows(self, *args: Any, **params: Any) -> list[tuple[Any, ...]]:
        self.asked += 1
        return super().rows(*args, **params)


@pytest.fixture
def counting(db: Database, database_url: str) -> Iterator[Counting]:
    """A library and a park with a day behind them, and with people in the library now."""
    sites.apply(db, sitefile.parse(SITES), now=NOW - timedelta(days=30))
    for device, when, people in (
        ("front", NOW - 7 * 24 * HOUR - HOUR, 9),
        ("front", NOW - HOUR, 12),
        ("garden", NOW - 2 * HOUR, 4),
    ):
        put(db, device, when, people)
    execute(
        db,
        "insert into occupancy_minute (space_id, time, people, lower, upper, raw, basis, reason)"
        " select space_id, %s, 95, 90, 101, 95, 'doors', '' from space where slug = 'lib'",
        (NOW,),
    )
    with Counting(database_url) as asked:
        yield asked


def test_every_figure_is_that_of_the_sites_own_page(counting: Counting) -> None:
    seen = {site.site: site for site in get_overview(counting, NOW).sites}
    assert seen.keys() == {"lib", "park"}
    for name, one in seen.items():
        live = get_live(counting, name, NOW)
        assert one.root == live.spaces[0]
        assert (one.visits_today, one.visits_last_week) == (live.visits_today, live.visits_last_week)
        assert (one.is_open, one.open_until, one.opens_at) == (live.is_open, live.open_until, live.opens_at)
    assert (seen["lib"].root.people, seen["lib"].root.level) == (95.0, "busy")
    assert seen["lib"].visits_last_week == 9
    assert (seen["lib"].sensors, seen["lib"].offline, seen["park"].sensors) == (2, 2, 0)
    assert (seen["lib"].has_target, seen["park"].has_target) == (True, False)


def test_today_is_not_compared_with_a_holiday_or_with_other_hours(counting: Counting) -> None:
    other = '[[sites.opening.exceptions]]\nfirst = {day}\nlast = {day}\nhours = "12:00-16:00"\n'
    day = NOW.date() - timedelta(days=7)
    head, first = SITES.split("[[sites.spaces]]", 1)[0], SITES[len(SITES.split("[[sites.spaces]]", 1)[0]) :]
    sites.apply(counting, sitefile.parse(head + other.format(day=day) + first))
    seen = {site.site: site for site in get_overview(counting, NOW).sites}
    assert seen["lib"].visits_today == 12
    assert seen["lib"].visits_last_week is get_live(counting, "lib", NOW).visits_last_week is None


def test_the_stream_tells_only_of_sites_that_the_reader_may_see(counting: Counting) -> None:
    sent = json.loads(overview_parts.update(get_overview(counting, NOW), lambda name: name == "park"))
    assert sent["spaces"].keys() == {"park"}
    assert sent["parts"]["summary"].startswith("1 av 1 öppen")


def test_it_costs_two_queries_however_many_sites_there_are(counting: Counting) -> None:
    get_overview(counting, NOW)
    of_two, counting.asked = counting.asked, 0
    more = "".join(
        site(f"branch-{n}") + door(f"in-{n}", ("Entré", "Front"), f"branch-{n}") for n in range(10)
    )
    sites.apply(counting, sitefile.parse(more))
    counting.asked = 0
    assert len(get_overview(counting, NOW).sites) == 12
    assert of_two == counting.asked == 2


def test_a_job_computes_where_a_site_stands_against_its_target(
    counting: Counting, now: datetime = NOW
) -> None:
    assert {site.standing for site in get_overview(counting, now).sites} == {None}
    computed.compute_missing(counting, now)
    seen = {site.site: site.standing for site in get_overview(counting, now).sites}
    known = get_progress(counting, "lib", now.date())
    assert seen["park"] is None and seen["lib"] is not None
    assert (seen["lib"].factor, seen["lib"].deadline) == (known.factor, known.deadline)
    assert seen["lib"] == compute_standing(counting, sites.load(counting, "lib"), now.date())
    assert results.STANDING not in results.missing(counting, "lib", now.date() - timedelta(days=1))
