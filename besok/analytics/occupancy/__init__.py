"""How many people are in each space of a site, and how sure that is: live, over a past day, and what past days teach.

All functions are pure; docs/explanation/occupancy.md tells the mathematics and its sources.
"""

from besok.analytics.occupancy.filter import Filter, live
from besok.analytics.occupancy.learn import learn
from besok.analytics.occupancy.observations import Seen, by_space, heard, hold, known
from besok.analytics.occupancy.parameters import NOTHING, Learnt
from besok.analytics.occupancy.smooth import smoothed

__all__ = [
    "NOTHING",
    "Filter",
    "Learnt",
    "Seen",
    "by_space",
    "heard",
    "hold",
    "known",
    "learn",
    "live",
    "smoothed",
]
