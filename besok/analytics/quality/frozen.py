"""Sensors that say the same again and again, count nobody, or see somebody where nobody is."""

from collections.abc import Iterator, Sequence

import numpy as np

from besok.analytics.quality.sensor_series import SensorHistory, SensorLayout
from besok.analytics.quality.site_layout import CountedParts, finding_of
from besok.analytics.runs import hold, runs
from besok.model.arrays import Bools, Floats, Ints
from besok.model.findings import Finding

LATELY = 144  # steps, a day and a half, for which what is seen at night only holds
SAME_STEPS = 12  # three hours in which a counter says the same number of people, not none
# Two hours in which a gauge does not move while so many pass the doors around it
GAUGE_STEPS, GAUGE_PASSED = 8, 60
UNSEEN_PASSED = 150  # who pass the doors of a room while its gauge shows nobody
# Steps in which somebody is seen and nobody passes: while closed, and at any time
GHOST_CLOSED, GHOST_ANY = 12, 32
MOST_SILENT = 4  # steps for which a gauge's last word holds
LAST_STEPS = 8  # in which a counter must have worked, for some tell of a quarter an hour later
LEAST_EXPECTED = 25.0  # people a counter should have counted before its silence tells anything
LEAST_COUNTING = 20  # steps in which it counted, from which its usual pauses are known
LONGER = 3.0  # times its longest pause
NEVER_PASSED = 1500.0  # by its neighbours, while a counter has never counted anybody
# People of a night, in quarters in which no other counts anybody
NIGHT_LEAST, NIGHT_ONCE, NIGHT_TIMES = 15.0, 60.0, 2
NIGHT_QUARTERS, NIGHT_DAYS = 6, 7
SMALL_HOURS = (4, 18)  # quarters of the local day that are night where a site never closes


def stuck(layout: SensorLayout, series: SensorHistory) -> Iterator[Finding]:
    """Counters that said the same number of people for hours, which chance does not do, and nothing less since."""
    came, went = (np.where(series.works, f, np.nan) for f in (series.people_in, series.people_out))
    for n, counter in enumerate(layout.counters):
        known = np.flatnonzero(~np.isnan(came[:, n]))
        if not counter.own or len(known) < SAME_STEPS:
            continue
        people = (came + went)[known, n]
        same = np.diff(came[known, n], prepend=np.nan) == 0
        same &= (np.diff(went[known, n], prepend=np.nan) == 0) & (people > 0)
        found = [(a - 1, b) for a, b in runs(same) if b - a + 1 >= SAME_STEPS]
        if not found:
            continue
        last, end = found[-1]
        if (people[last:] < people[last]).any() or end < len(known) - LATELY:
            continue
        alike = [r for r in found if people[r[0]] == people[last]]
        begin, end = _chain(alike), alike[-1][1]
        numbers = {"steps": float(end - alike[-1][0]), "people": float(people[begin])}
        yield finding_of(layout, counter, "stuck", series.times[known[begin]], numbers)


def _chain(found: Sequence[tuple[int, int]]) -> int:
    """Return where the last of some runs began, or an earlier one that it goes on from after a day and a half at
    most.
    """
    begin = found[-1][0]
    for earlier, end in reversed(found[:-1]):
        if begin - end > LATELY:
            break
        begin = earlier
    return begin


def stuck_gauges(
    layout: SensorLayout, series: SensorHistory, parts: CountedParts, bad: Bools
) -> Iterator[Finding]:
    """Gauges that show the same number of people while many pass the doors around what they see."""
    sound = np.where(bad, np.nan, series.passed)
    for n, gauge in enumerate(layout.gauges):
        low, high = series.low[:, n], series.high[:, n]
        heard = np.flatnonzero(~np.isnan(high))
        if len(heard) < GAUGE_STEPS or np.nanmax(high) <= 1:
            continue  # presence knows no numbers
        value = high[heard[-1]]
        same = (low[heard] == value) & (high[heard] == value)
        run = len(same) if same.all() else int(np.argmin(same[::-1]))
        begin = heard[-run] if run else len(series)
        doors, whole = around(layout, parts, gauge.room)
        passed = float(np.nansum(sound[begin:, doors])) if doors else 0.0
        enough = passed >= (GAUGE_PASSED if value > 0 else UNSEEN_PASSED) and (value > 0 or whole)
        if run >= GAUGE_STEPS and enough:
            numbers = {"people": float(value), "passed": passed, "steps": float(run)}
            yield finding_of(layout, gauge, "stuck", series.times[begin], numbers)


def ghosts(layout: SensorLayout, series: SensorHistory, parts: CountedParts, bad: Bools) -> Iterator[Finding]:
    """Gauges that saw somebody for hours last, though nobody has passed the doors around, when closed or for long."""
    sound = np.where(bad, np.nan, series.passed)
    held = hold(series.high, [MOST_SILENT])
    for n, gauge in enumerate(layout.gauges):
        doors, _ = around(layout, parts, gauge.room)
        doors = doors or list(range(len(layout.counters)))
        found = held[:, n] > 0
        passed = np.nansum(sound[:, doors], axis=1)
        alone = found & (passed == 0) & ~np.isnan(sound[:, doors]).any(axis=1)
        closed = np.concatenate([[0], np.cumsum(alone & series.closed)])
        lonely = [
            (a, b) for a, b in runs(alone) if closed[b] - closed[a] >= GHOST_CLOSED or b - a >= GHOST_ANY
        ]
        if lonely and lonely[-1][1] > len(series) - LATELY:
            numbers = {"hours": (lonely[-1][1] - lonely[-1][0]) / 4}
            yield finding_of(layout, gauge, "ghost", series.times[_chain(lonely)], numbers)


def night_counts(layout: SensorLayout, series: SensorHistory) -> Iterator[Finding]:
    """Counters that count again and again while the site is closed and no other counts anybody."""
    passed = np.where(series.fixed, 0.0, np.nan_to_num(series.passed))
    dark = (
        series.closed
        if series.closed.any()
        else (series.slot >= SMALL_HOURS[0]) & (series.slot < SMALL_HOURS[1])
    )
    others = passed.sum(axis=1, keepdims=True) - passed
    lonely = (passed > 0) & dark[:, None] & (others == 0)
    nights, quarters = series.by_day(np.where(lonely, passed, 0.0)), series.by_day(lonely.astype(np.float64))
    for n, counter in enumerate(layout.counters):
        odd = (nights[:, n] >= NIGHT_LEAST) & (quarters[:, n] >= NIGHT_QUARTERS)
        last = odd[-NIGHT_DAYS:]
        if (
            counter.own
            and last[-2:].any()
            and (last.sum() >= NIGHT_TIMES or (last & (nights[-NIGHT_DAYS:, n] >= NIGHT_ONCE)).any())
        ):
            step = int(np.flatnonzero(lonely[:, n] & odd[series.day])[0])
            numbers = {"people": float(nights[odd, n][-NIGHT_DAYS:].mean()), "nights": float(last.sum())}
            yield finding_of(layout, counter, "ghost", series.times[step], numbers)


def blind(layout: SensorLayout, series: SensorHistory, bad: Bools) -> Iterator[Finding]:
    """Counters that work and count nobody, for far more passages of their neighbours than they ever did.

    `bad` marks steps x counters that are faulty in another way, and no witnesses. The longest pause of the weeks
    before, measured in passages of the neighbours, is the yardstick: it knows of rooms that are used on some evenings.
    """
    passed = np.where(bad, np.nan, series.passed)
    for n, counter in enumerate(layout.counters):
        if not counter.own or bad[-1, n] or np.isnan(series.passed[-LAST_STEPS:, n]).all():
            continue
        others = np.nansum(np.delete(passed, n, axis=1), axis=1)
        known = ~np.isnan(series.passed[:, n])
        busy = np.flatnonzero(known & (np.nan_to_num(series.passed[:, n]) > 0))
        if not len(busy):
            if others[known].sum() >= NEVER_PASSED:
                numbers = {"passed": float(others[known].sum()), "never": 1.0}
                yield finding_of(layout, counter, "blind", series.times[0], numbers)
            continue
        found = _pause(others * known, busy, np.nan_to_num(series.passed[:, n]), series.healthy[:, n])
        if found:
            yield finding_of(
                layout, counter, "blind", series.times[min(busy[-1] + 1, len(series) - 1)], found
            )


def _pause(others: Floats, busy: Ints, own: Floats, healthy: Bools) -> dict[str, float] | None:
    """Return the numbers of the present pause, if it is far longer than any before and much should have been counted in
    it.
    """
    so_far = np.cumsum(others)
    now = float(so_far[-1] - so_far[busy[-1]])
    before = np.diff(so_far[busy])
    steady = before[healthy[busy[1:]]]
    if len(steady) < LEAST_COUNTING or so_far[busy[-1]] <= so_far[busy[0]]:
        return None
    expected = now * float(own[busy].sum() / max(so_far[busy[-1]], 1.0))
    if now < LONGER * float(steady.max()) or expected < LEAST_EXPECTED:
        return None
    return {"passed": now, "expected": expected, "longest": float(steady.max())}


def around(layout: SensorLayout, parts: CountedParts, room: int) -> tuple[list[int], bool]:
    """Return the counters of the doors around the part of the site that holds a room; and whether it is the
    room's own.
    """
    cell = parts.room[room]
    doors = set(parts.doors_of(cell))
    alone = sum(c == cell for c in parts.room) == 1
    return [n for n, counter in enumerate(layout.counters) if counter.door in doors], alone
