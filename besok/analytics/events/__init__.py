"""Unusual hours in a series of counts, found without labels: an unexplained crowd, a silent failure."""

from besok.analytics.events.finding import Unusual, find, unusual
from besok.analytics.events.grid import Grid, lay
from besok.analytics.events.learning import Learnt, learn

__all__ = ["Grid", "Learnt", "Unusual", "find", "lay", "learn", "unusual"]
