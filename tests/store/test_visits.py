"""Visits by a stated definition: which doors, how counted, what is taken off; in versions that stay."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from besok.analytics.visits import counting_error
from besok.model import sitefile
from besok.model.views.series import VisitPoint
from besok.services.live import get_live
from besok.services.visits import get_visits, passage_variance
from besok.store import sites
from besok.store.database import Database
from besok.store.write import Batch, write
from tests.databases import execute
from tests.readings import passed
from tests.store.counted import HOUSE

FIRST, SECOND = date(2026, 3, 2), date(2026, 3, 3)
HALF = """
[[sites.visits]]
first = 2026-03-03
method = "half"
portals = ["front"]
[[sites.visits.deductions]]
kind = "staff"
per_day = 4
[[sites.visits.deductions]]
kind = "through"
share = 0.25
"""


def house(definitions: str = "") -> str:
    return HOUSE.replace("[[sites.spaces]]", f"{definitions}[[sites.spaces]]", 1)


def put(
    db: Database, device: str, when: datetime, people_in: float, people_out: float, period_s: float = 900
) -> None:
    write(db, Batch(readings=passed(f"lib/{device}", when, people_in, people_out, period_s=period_s)))


def filled(db: Database, definitions: str = "") -> None:
    """Two days at two doors; the back door hangs the other way round."""
    sites.apply(db, sitefile.parse(house(definitions)))
    for day in (FIRST, SECOND):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        put(db, "front", noon, 40, 20)
        put(db, "back", noon, 10, 5)


def visits(db: Database, **options: str) -> list[VisitPoint]:
    return get_visits(db, "lib", FIRST, SECOND, **options)  # type: ignore[arg-type]


def test_without_a_definition_everyone_counts(db: Database) -> None:
    filled(db)
    assert [(p.gross, p.net, p.definition) for p in visits(db)] == [(45, 45, 0)] * 2
    assert visits(db)[0].se == pytest.approx(counting_error(45, 45, 40**2 + 5**2))
    assert visits(db)[0].coverage == pytest.approx(900 / 86_400)


def test_a_definition_holds_from_its_day_on(db: Database) -> None:
    filled(db, HALF)
    before, after = visits(db)
    assert (before.gross, before.net, before.definition) == (45, 45, 0)
    assert (after.gross, after.net, after.definition) == (30, 30 - 7.5 - 4, 1)
    assert after.se == pytest.approx(counting_error(60 / 4, 30, 30**2))
    (week,) = visits(db, step="week")
    assert (week.gross, week.net, week.definition) == (75, 63.5, None)  # it changed within the week


def test_net_is_never_below_zero_and_nothing_is_not_zero(db: Database) -> None:
    filled(db, HALF.replace("per_day = 4", "per_day = 400"))
    assert visits(db)[1].net == 0
    (point,) = get_visits(db, "lib", date(2026, 4, 1), date(2026, 4, 1))
    assert (point.gross, point.net, point.se, point.coverage) == (None, None, None, 0)


def test_an_estimate_for_a_silent_door_brings_its_own_error(db: Database) -> None:
    filled(db)
    plain = visits(db)[0].se
    execute(
        db,
        "insert into imputed_flow (channel_id, bucket, people_in, people_out, spread, covered_s)"
        " select channel_id, '2026-03-02 15:00Z', 0, 0, 8, 0 from placement join portal using (portal_id)"
        " where slug = 'front'",
    )
    execute(db, "update imputed_flow set people_in = 1e-9")
    widened = visits(db)[0].se
    assert plain and widened and widened**2 == pytest.approx(plain**2 + 8**2 / 2)


def test_how_in_and_out_add_up_tells_the_noise_of_a_passage(db: Database) -> None:
    sites.apply(db, sitefile.parse(house()))
    rng = np.random.default_rng(5)
    noon = datetime(FIRST.year, FIRST.month, FIRST.day, 12, tzinfo=UTC)
    for n in range(40):
        put(db, "front", noon - timedelta(days=n), *(500 + rng.normal(0, (0.06 * 500) ** 0.5, 2)).round())
        if n == 20:
            assert passage_variance(db, ["lib"], FIRST) == 0.143  # three weeks tell too little
    put(db, "front", noon - timedelta(days=40), 900, 100)  # a day like this moves nothing
    assert passage_variance(db, ["lib"], FIRST) == pytest.approx(0.06, rel=0.5)


def versions(db: Database) -> list[tuple[int, str, bool]]:
    return execute(db, "select version, from_day::text, ended is null from visit_definition order by version")


def test_a_changed_definition_is_a_new_version_and_the_old_one_stays(db: Database) -> None:
    filled(db, HALF)
    second = HALF + HALF.replace("2026-03-03", "2026-04-01")
    lines = sites.apply(db, sitefile.parse(house(second)))
    assert lines == ["lib: visits from 2026-04-01: new"]
    sites.apply(db, sitefile.parse(house(second.replace("per_day = 4", "per_day = 5", 1))))
    assert versions(db) == [
        (1, "2026-03-03", False),
        (2, "2026-04-01", True),
        (3, "2026-03-03", True),
    ]
    assert visits(db)[1].definition == 3
    assert sites.apply(db, sites.export(db)) == []
    sites.apply(db, sitefile.parse(house()))
    assert [open_ for *_, open_ in versions(db)] == [False] * 3
    assert visits(db)[1].gross == 45


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2028, 2, 29), 24)]
)
def test_coverage_knows_how_long_a_day_is(db: Database, day: date, hours: int) -> None:
    """In the zone of the site, with the clock set forward at 02:00 on the calendar day after the business day began."""
    sites.apply(
        db,
        sitefile.parse(
            house().replace(
                'timezone = "Europe/Stockholm"', 'timezone = "Europe/Stockholm"\nday_start = "00:00"'
            )
        ),
    )
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=1 if hours != 25 else 2)
    for device in ("front", "back"):
        ends = [begin + timedelta(hours=n) for n in range(1, hours + 1)]
        write(db, Batch(readings=[r for t in ends for r in passed(f"lib/{device}", t, 1, period_s=3600)]))
    (point,) = get_visits(db, "lib", day, day)
    assert point.coverage == pytest.approx(1)
    assert point.gross == hours  # the back door's people go out


def test_visits_today_count_by_the_definition_too(db: Database) -> None:
    filled(db, HALF)
    live = get_live(db, "lib", datetime(2026, 3, 3, 13, tzinfo=UTC))
    assert live.visits_today == 30
