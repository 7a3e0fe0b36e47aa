"""Unusual hours in a series of counts, found without labels: an unexplained crowd, a silent failure."""

from core.analytics.events.finding import Unusual, find, unusual
from core.analytics.events.grid import Grid, lay
from core.analytics.events.learning import Learnt, learn

__all__ = ["Grid", "Learnt", "Unusual", "find", "lay", "learn", "unusual"]
