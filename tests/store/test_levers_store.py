"""Levers of a site: computed by a job from its own weeks, and read by page and API."""

from datetime import date, datetime, timedelta

import msgspec
import numpy as np
import pytest

from besok.model import sitefile
from besok.model.errors import NotFound
from besok.model.levers import LeverEffect
from besok.services.levers import compute_levers, get_levers
from besok.store import results as stored
from besok.store import sites
from besok.store.database import Database
from dashboard.components import levers as component
from jobs import results
from tests.commands import besok
from tests.sitetext import door, sensor, site
from tests.store.by_day import FIRST, HERE, HOURS, SITE, count, ordinary

LAST = date(2026, 1, 11)  # a Sunday
NOW = datetime(2026, 1, 12, 12, tzinfo=HERE)
SHORT_DAYS = """
[[sites.opening.exceptions]]
first = 2025-08-11
last = 2026-01-11
hours = "10:00-18:00"
"""


def test_more_hours_are_told_from_the_weeks_that_had_fewer(db: Database) -> None:
    text = SITE.replace(site(hours=HOURS), site(hours="08:00-20:00") + SHORT_DAYS)
    sites.apply(db, sitefile.parse(text))
    days = ordinary(FIRST, (LAST - FIRST).days + 1)
    count(db, {day: n * (2 if day < date(2025, 8, 11) else 1) for day, n in days.items()})
    computed = get_levers(db, "lib", LAST + timedelta(days=1))
    results.compute_missing(db, NOW)
    assert stored.read(db, "lib", "levers", tuple[LeverEffect, ...], LAST) == computed
    found = {one.lever: one for one in get_levers(db, "lib", LAST + timedelta(days=1))}
    assert list(found) == ["sunday", "evenings", "door", "event"], "no park is here"
    evenings = found["evenings"]
    assert evenings.verdict == "more" and evenings.visits_a_year
    # from 8 hours to 12 the visits doubled, so that 9 bring (9 / 8) to the power of log 2 / log 1.5 times those of 8
    a_year = 30 * 1500 + 22 * 750  # the last 52 weeks
    assert evenings.visits_a_year.estimate == pytest.approx(a_year * ((9 / 8) ** 1.7095 - 1), rel=0.01)
    assert {found[name].verdict for name in ("sunday", "door", "event")} == {"no_evidence"}
    assert component.section(tuple(found.values())) is not None and component.section(()) is None


def test_a_new_entrance_is_judged_from_its_first_day(db: Database) -> None:
    opened = date(2025, 7, 7)
    yard = door("yard", ("Gården", "Yard"), more=f"first = {opened}\n") + sensor("yard")
    sites.apply(db, sitefile.parse(SITE + yard))
    rng = np.random.default_rng(4)
    days = ordinary(FIRST, (LAST - FIRST).days + 1)
    count(db, {day: int(rng.poisson(n * (1.3 if day >= opened else 1))) for day, n in days.items()})
    count(db, dict.fromkeys((day for day in days if day >= opened), 0), door="yard")
    found = {one.lever: one for one in compute_levers(db, sites.load(db, "lib"), LAST)}["door"]
    a_year = 52 * 750 * 1.15
    assert found.visits_a_year and found.verdict == "more"
    assert found.visits_a_year.lower < 0.3 * a_year < found.visits_a_year.upper


def test_a_site_with_few_weeks_says_that_it_cannot_know_in_each_form(database_url: str, db: Database) -> None:
    sites.apply(db, sitefile.parse(SITE))
    yesterday = datetime.now(HERE).date() - timedelta(days=1)
    count(db, ordinary(yesterday - timedelta(days=59), 60))
    found = compute_levers(db, sites.load(db, "lib"), yesterday)
    assert {one.verdict for one in found} == {"no_evidence"}
    printed = besok(database_url, "report", "levers", "lib", "--json").stdout
    assert msgspec.json.decode(printed, type=tuple[LeverEffect, ...]) == found
    english, swedish = (
        besok(database_url, "report", "levers", "lib", *more).stdout for more in ((), ("--language", "sv"))
    )
    assert "Sunday" in english and "söndag" in swedish and "söndag" not in english
    with pytest.raises(NotFound):
        get_levers(db, "nowhere", LAST)
