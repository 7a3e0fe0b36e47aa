"""Forecast of visits by simulation with the calendar, and the probability of reaching a target.

    past = history({date(2026, 11, 1): 812, ...})
    paths = forecast(past, 365, calendar(..., country="SE"), rng=np.random.default_rng(1))
    fan(paths), total(paths, first, last)
    running = running_years(paths, past)
    odds(running, goal, deadline), likely_from(running, goal, 0.5)

Method: docs/explanation/forecast.md.
"""

from besok.analytics.forecast.daykinds import Calendar, calendar
from besok.analytics.forecast.history import History, history
from besok.analytics.forecast.model import forecast
from besok.analytics.forecast.paths import Fan, Paths, fan, total
from besok.analytics.forecast.reaching import (
    Odds,
    coming_years,
    first_reached,
    last_year,
    likely_from,
    odds,
    running_years,
)

__all__ = [
    "Calendar",
    "Fan",
    "History",
    "Odds",
    "Paths",
    "calendar",
    "coming_years",
    "fan",
    "first_reached",
    "forecast",
    "history",
    "last_year",
    "likely_from",
    "odds",
    "running_years",
    "total",
]
