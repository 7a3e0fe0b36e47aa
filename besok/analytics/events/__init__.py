"""Unusual hours in a series of counts, found without labels: an unexplained crowd, a silent failure."""

from besok.analytics.events.finding import Unusual, find, unusual
from besok.analytics.events.grid import CountGrid, lay
from besok.analytics.events.learning import EventModel, learn

__all__ = ["CountGrid", "EventModel", "Unusual", "find", "lay", "learn", "unusual"]
