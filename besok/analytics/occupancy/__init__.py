"""Occupancy of each space of a site with its interval: live, over a past day, and learnt from past days.

All functions are pure; docs/explanation/occupancy.md has the mathematics and its sources.
"""

from besok.analytics.occupancy.filter import Filter, live
from besok.analytics.occupancy.headcounts import Headcount, placed
from besok.analytics.occupancy.learn import learn
from besok.analytics.occupancy.observations import DayObservations, by_space, heard, known
from besok.analytics.occupancy.parameters import NOTHING, SiteParameters
from besok.analytics.occupancy.smooth import smoothed, smoothed_days

__all__ = [
    "NOTHING",
    "DayObservations",
    "Filter",
    "Headcount",
    "SiteParameters",
    "by_space",
    "heard",
    "known",
    "learn",
    "live",
    "placed",
    "smoothed",
    "smoothed_days",
]
