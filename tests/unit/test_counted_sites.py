"""Sites that count together for one target: what their days are to a forecast, and how the page says it."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from core.analytics.days import calendar_days, open_also
from core.site import Text
from core.views import VisitPoint
from dashboard.components import answer
from dashboard.i18n import LANG
from jobs.outlook import observed
from tests.worlds.test_jobs_day import HOUSE

MONDAY = date(2026, 3, 2)
PARK = replace(HOUSE, id="park", name=Text(sv="Parken", en="The park"))
HALF = replace(HOUSE, opening=replace(HOUSE.opening, tuesday="08:00-14:00", wednesday="closed"))


def points(*visits: float | None, coverage: float = 1.0) -> list[VisitPoint]:
    return [
        VisitPoint(day=MONDAY + timedelta(days=n), gross=v, net=v and v / 2, imputed=0.0,
                   coverage=0.0 if v is None else coverage)
        for n, v in enumerate(visits)
    ]  # fmt: skip


def test_a_day_is_known_where_it_is_at_every_site_and_closed_where_every_site_is() -> None:
    library, park = points(5, 6, 7, 8, None), points(None, 10, 20, 30, 40, coverage=0.4)
    park[2] = replace(park[2], coverage=0.1)  # hardly observed beside what is usual there
    past = observed((HALF, PARK), (library, park), "gross")
    assert past.first == MONDAY + timedelta(days=1) and past.origin == MONDAY + timedelta(days=5)
    np.testing.assert_array_equal(past.visits, [16, np.nan, 38, np.nan])
    assert not past.closed.any()
    np.testing.assert_array_equal(observed((HALF,), (library,), "net").visits, [2.5, 3, 3.5, 4, np.nan])
    assert observed((HALF, HALF), (library, library), "gross").closed.tolist() == [False, False, True, False, False]


def test_a_day_without_one_of_two_doors_is_no_quiet_day_unless_it_was_filled_in() -> None:
    days = points(5, 6, 2, 5, 7)
    days[2] = replace(days[2], coverage=0.5)
    days[3] = replace(days[3], coverage=0.5, imputed=3.0)
    np.testing.assert_array_equal(observed((HALF,), (days,), "gross").visits, [5, 6, np.nan, 5, 7])


def test_opening_hours_of_all_sites_are_added() -> None:
    days = calendar_days(HALF, MONDAY, MONDAY + timedelta(days=2))
    assert [day.open_hours for day in open_also(days, [PARK])] == [24, 18, 12]
    assert open_also(days, []) == days


def test_the_page_names_the_sites_where_there_are_several() -> None:
    names = [HOUSE.name, PARK.name, Text(sv="Ön", en="The island")]
    assert answer.together(names[:1]) == []
    assert answer.together(names) == ["Räknar besöken i Huset, Parken och Ön, de dagar då alla är uppmätta."]
    token = LANG.set("en")
    try:
        assert answer.together(names[:2])[0].startswith("Counts the visits of The house and The park, on the days")
    finally:
        LANG.reset(token)
