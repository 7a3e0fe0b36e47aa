"""Bridges from imported counts to the present counters."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import hypot

import numpy as np

from besok.analytics.bridge import COUNTERS_SD, Bridge, Method, ratio_side_by_side
from besok.analytics.visits import DOOR_BIAS, SHARED_BIAS
from besok.model import calendar
from besok.model.arrays import Floats
from besok.services.bridge_history import History
from besok.services.imported_days import VisitDay

SENSORS = ""  # the name of the sensors among the sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Visits of the days that count as a source has them, NaN elsewhere, with the bridge to the present counters.

    `counted` by the definition of each day, `now` by the newest one, neither bridged.
    """

    source: str
    counter: str
    counted: Floats
    now: Floats
    bridge: Bridge
    since: date | None


def columns(history: History, measure: str, present: Floats) -> Iterator[Column]:
    """Yield the columns of the imported sources of a history; `present` are the days as the doors would count them now.

    The present counters are the sensors, or the source of the last day where these do not count yet.
    """
    visits = {source: _now(history, source, measure) for source in history.imports.sources}
    all_days = {s: _now(history, s, measure, history.imports.days_of(s)) for s in history.imports.sources}
    seen = {
        day: visits
        for day, visits in zip(history.dates, present.tolist(), strict=True)
        if np.isfinite(visits) and day in history.imports.measured
    }
    last = next((s for s, there in history.days_by_source.items() if there[-1]), SENSORS)
    counter = last if last or seen else next(iter(history.days_by_source), SENSORS)
    visits[SENSORS] = seen
    for source, there in history.days_by_source.items():
        days = [day for day, here in zip(history.dates, there, strict=True) if here]
        size, se, method = _ratio(history, visits, source, counter)
        yield Column(
            source=source,
            counter=counter,
            counted=_spread(history, {d: history.imports.days[d].visits(measure) for d in days}),
            now=_spread(history, {d: all_days[source][d] for d in days}),
            bridge=Bridge(day=history.days, door=0, kind="source", method=method, size=size, se=se),
            since=min((d for d in visits[counter] if d > days[0]), default=None)
            if source != counter
            else None,
        )


def _now(
    history: History, source: str, measure: str, days: Mapping[date, VisitDay] | None = None
) -> dict[date, float]:
    """Return the visits of a source under the newest definition; without `days`, of those it counted."""
    days, newest = history.imports.sources[source] if days is None else days, history.newest
    if measure == "gross" or history.imports.is_net(source):
        return {day: visits.visits(measure) for day, visits in days.items()}
    share_left = 1 - newest.share_off("")
    return {day: max(visits.gross * share_left - newest.per_day, 0.0) for day, visits in days.items()}


def _spread(history: History, values: Mapping[date, float]) -> Floats:
    return np.array([values.get(day, np.nan) for day in history.dates])


def _ratio(
    history: History, visits: Mapping[str, Mapping[date, float]], source: str, counter: str
) -> tuple[float, float, Method]:
    """Return the logarithm of the ratio of counter to source, its standard error, and the method."""
    if source == counter:
        return 0.0, 0.0, "none"
    direct = _ratio_of_periods(history, visits, source, counter)
    if direct:
        return *direct, "overlap"
    by_hand = [other for other in history.imports.sources if history.imports.by_hand(other)]
    ratios = []
    for people in by_hand:
        before = _ratio_of_periods(history, visits, source, people)
        after = _ratio_of_periods(history, visits, people, counter)
        if after is None and counter == SENSORS:
            after = (
                0.0,
                hypot(SHARED_BIAS, DOOR_BIAS),
            )  # how far sensors are from people, where nobody has counted
        if before and after:
            ratios.append((before[0] + after[0], hypot(before[1], after[1])))
    if ratios:
        return *min(ratios, key=lambda f: f[1]), "counts"
    return 0.0, COUNTERS_SD, "prior"


def _ratio_of_periods(
    history: History, visits: Mapping[str, Mapping[date, float]], before: str, now: str
) -> tuple[float, float] | None:
    """Return the ratio over the periods that both have whole, the longer ones of the two."""
    named = [s for s in (before, now) if s != SENSORS]
    periods = max((history.imports.periods(s) for s in named), key=_length)
    pairs = []
    for first, last in periods:
        days = calendar.days_from(first, last)
        if all(day in visits[before] and day in visits[now] for day in days):
            pairs.append([sum(visits[s][day] for day in days) for s in (before, now)])
    old, new = zip(*pairs, strict=True) if pairs else ((), ())
    return ratio_side_by_side(old, new, _length(periods) if periods else 1)


def _length(periods: Sequence[tuple[date, date]]) -> int:
    lengths = sorted((last - first).days + 1 for first, last in periods)
    return lengths[len(lengths) // 2] if lengths else 1
