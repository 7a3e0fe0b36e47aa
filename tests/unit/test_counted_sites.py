"""Sites that count together for one target: what their days are to a forecast, and how the page says it."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from besok.analytics.growth import PANDEMIC
from besok.model.site import Text
from besok.model.views.series import VisitPoint
from besok.services.days import as_forecast_calendar, calendar_days, open_also
from besok.text import target_text
from besok.text.languages import speaking
from jobs.forecast import observed
from tests.small_sites import week
from tests.worlds.test_jobs_day import HOUSE

MONDAY = date(2026, 3, 2)
PARK = replace(HOUSE, id="park", name=Text(sv="Parken", en="The park"))
HALF = replace(HOUSE, opening=week("08:00-20:00", tuesday="08:00-14:00", wednesday="closed", country="SE"))


def points(*visits: float | None) -> list[VisitPoint]:
    return [
        VisitPoint(
            day=MONDAY + timedelta(days=n),
            gross=v,
            net=v and v / 2,
            imputed=0.0,
            coverage=0.0 if v is None else 1,
        )
        for n, v in enumerate(visits)
    ]


def test_days_of_several_sites_are_those_of_their_visits() -> None:
    days = points(None, 6, 7, 8, None)
    past = observed((HALF, PARK), days, "gross")
    assert past.first == MONDAY + timedelta(days=1) and past.origin == MONDAY + timedelta(days=5)
    np.testing.assert_array_equal(past.visits, [6, 7, 8, np.nan])
    np.testing.assert_array_equal(observed((HALF,), days, "net").visits, [3, 3.5, 4, np.nan])


def test_days_of_the_pandemic_are_no_past_of_a_site_that_was_closed_then() -> None:
    first, (begins, ends) = date(2019, 1, 1), PANDEMIC
    shut = (begins - first).days + 20
    days = [replace(p, day=p.day - (MONDAY - first)) for p in points(*[100.0] * 1300)]
    assert not np.isnan(observed((HOUSE,), days, "gross").visits).any()
    closed = [replace(p, gross=3.0) if shut <= n < shut + 60 else p for n, p in enumerate(days)]
    left_out = np.array([begins <= p.day <= ends for p in closed])
    np.testing.assert_array_equal(np.isnan(observed((HOUSE,), closed, "gross").visits), left_out)


def test_a_day_is_closed_where_every_site_is() -> None:
    days = calendar_days(HALF, MONDAY, MONDAY + timedelta(days=4))
    assert as_forecast_calendar(open_also(days, [PARK]), "SE").closed == frozenset()
    assert as_forecast_calendar(open_also(days, [HALF]), "SE").closed == {MONDAY + timedelta(days=2)}


def test_opening_hours_of_all_sites_are_added() -> None:
    days = calendar_days(HALF, MONDAY, MONDAY + timedelta(days=2))
    assert [day.open_hours for day in open_also(days, [PARK])] == [24, 18, 12]
    assert open_also(days, []) == days


def test_the_page_names_the_sites_where_there_are_several() -> None:
    names = [HOUSE.name, PARK.name, Text(sv="Ön", en="The island")]
    assert target_text.together(names[:1]) == []
    assert target_text.together(names) == [
        "Räknar besöken i Huset, Parken och Ön, de dagar då alla är uppmätta."
    ]
    with speaking("en"):
        said = target_text.together(names[:2])[0]
    assert said.startswith("Counts the visits of The house and The park, on the days")
