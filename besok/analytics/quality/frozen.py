"""Sensors that repeat a value, count nobody, or report people where nobody is."""

from collections.abc import Iterator, Sequence

import numpy as np

from besok.analytics.quality.sensor_series import SensorHistory, SensorLayout
from besok.analytics.quality.site_layout import CountedParts, finding_of
from besok.analytics.runs import hold, runs
from besok.model.arrays import Bools, Floats, Ints
from besok.model.findings import Finding

LATELY = 144  # steps, a day and a half, for which a state seen only at night is valid
SAME_STEPS = 12  # three hours in which a counter repeats a number of people above zero
# Two hours in which a gauge does not move while so many pass the doors around it
GAUGE_STEPS, GAUGE_PASSED = 8, 60
UNSEEN_PASSED = 150  # people who pass the doors of a room while its gauge shows nobody
# Steps in which somebody is seen and nobody passes: while closed, and at any time
GHOST_CLOSED, GHOST_ANY = 12, 32
MOST_SILENT = 4  # steps for which a gauge's last value is valid
LAST_STEPS = 8  # in which a counter must have worked, since some report a quarter an hour later
LEAST_EXPECTED = 25.0  # people a counter should have counted before its silence is evidence
LEAST_COUNTING = 20  # steps in which it counted, from which its usual pauses are known
LONGER = 3.0  # times its longest pause
NEVER_PASSED = 1500.0  # by its neighbours, while a counter has never counted anybody
# People of a night, in quarters in which no other counts anybody
NIGHT_LEAST, NIGHT_ONCE, NIGHT_TIMES = 15.0, 60.0, 2
NIGHT_QUARTERS, NIGHT_DAYS = 6, 7
SMALL_HOURS = (4, 18)  # quarters of the local day that are night where a site never closes


def stuck(layout: SensorLayout, series: SensorHistory) -> Iterator[Finding]:
    """Find counters that repeated the same number of people for hours, beyond chance, and counted no fewer since."""
    entries, exits = (np.where(series.works, f, np.nan) for f in (series.people_in, series.people_out))
    for n, counter in enumerate(layout.counters):
        known = np.flatnonzero(~np.isnan(entries[:, n]))
        if not counter.own or len(known) < SAME_STEPS:
            continue
        people = (entries + exits)[known, n]
        same = np.diff(entries[known, n], prepend=np.nan) == 0
        same &= (np.diff(exits[known, n], prepend=np.nan) == 0) & (people > 0)
        repeats = [(a - 1, b) for a, b in runs(same) if b - a + 1 >= SAME_STEPS]
        if not repeats:
            continue
        last, end = repeats[-1]
        if (people[last:] < people[last]).any() or end < len(known) - LATELY:
            continue
        equal = [r for r in repeats if people[r[0]] == people[last]]
        begin, end = _chain(equal), equal[-1][1]
        numbers = {"steps": float(end - equal[-1][0]), "people": float(people[begin])}
        yield finding_of(layout, counter, "stuck", series.times[known[begin]], numbers)


def _chain(all_runs: Sequence[tuple[int, int]]) -> int:
    """Return the beginning of the last run, or of an earlier one that it follows within a day and a half, and so on."""
    begin = all_runs[-1][0]
    for earlier, end in reversed(all_runs[:-1]):
        if begin - end > LATELY:
            break
        begin = earlier
    return begin


def stuck_gauges(
    layout: SensorLayout, series: SensorHistory, parts: CountedParts, bad: Bools
) -> Iterator[Finding]:
    """Find gauges that show the same number of people while many pass the doors around their view."""
    sound = np.where(bad, np.nan, series.passed)
    for n, gauge in enumerate(layout.gauges):
        low, high = series.low[:, n], series.high[:, n]
        known = np.flatnonzero(~np.isnan(high))
        if len(known) < GAUGE_STEPS or np.nanmax(high) <= 1:
            continue  # presence knows no numbers
        value = high[known[-1]]
        same = (low[known] == value) & (high[known] == value)
        run = len(same) if same.all() else int(np.argmin(same[::-1]))
        begin = known[-run] if run else len(series)
        doors, own_part = around(layout, parts, gauge.room)
        passed = float(np.nansum(sound[begin:, doors])) if doors else 0.0
        enough = passed >= (GAUGE_PASSED if value > 0 else UNSEEN_PASSED) and (value > 0 or own_part)
        if run >= GAUGE_STEPS and enough:
            numbers = {"people": float(value), "passed": passed, "steps": float(run)}
            yield finding_of(layout, gauge, "stuck", series.times[begin], numbers)


def ghosts(layout: SensorLayout, series: SensorHistory, parts: CountedParts, bad: Bools) -> Iterator[Finding]:
    """Find gauges that lately saw somebody for hours though nobody passed the doors, when closed or for long."""
    sound = np.where(bad, np.nan, series.passed)
    carried = hold(series.high, [MOST_SILENT])
    for n, gauge in enumerate(layout.gauges):
        doors, _ = around(layout, parts, gauge.room)
        doors = doors or list(range(len(layout.counters)))
        occupied = carried[:, n] > 0
        passed = np.nansum(sound[:, doors], axis=1)
        alone = occupied & (passed == 0) & ~np.isnan(sound[:, doors]).any(axis=1)
        closed = np.concatenate([[0], np.cumsum(alone & series.closed)])
        lonely = [
            (a, b) for a, b in runs(alone) if closed[b] - closed[a] >= GHOST_CLOSED or b - a >= GHOST_ANY
        ]
        if lonely and lonely[-1][1] > len(series) - LATELY:
            numbers = {"hours": (lonely[-1][1] - lonely[-1][0]) / 4}
            yield finding_of(layout, gauge, "ghost", series.times[_chain(lonely)], numbers)


def night_counts(layout: SensorLayout, series: SensorHistory) -> Iterator[Finding]:
    """Find counters that repeatedly count while the site is closed and no other counts anybody."""
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
        suspicious = (nights[:, n] >= NIGHT_LEAST) & (quarters[:, n] >= NIGHT_QUARTERS)
        last = suspicious[-NIGHT_DAYS:]
        if (
            counter.own
            and last[-2:].any()
            and (last.sum() >= NIGHT_TIMES or (last & (nights[-NIGHT_DAYS:, n] >= NIGHT_ONCE)).any())
        ):
            step = int(np.flatnonzero(lonely[:, n] & suspicious[series.day])[0])
            numbers = {
                "people": float(nights[suspicious, n][-NIGHT_DAYS:].mean()),
                "nights": float(last.sum()),
            }
            yield finding_of(layout, counter, "ghost", series.times[step], numbers)


def blind(layout: SensorLayout, series: SensorHistory, bad: Bools) -> Iterator[Finding]:
    """Find counters that work but count nobody, for far more passages of their neighbours than ever before.

    `bad` marks steps x counters that are faulty in another way, and no reference. The longest pause of the weeks
    before, in passages of the neighbours, is the limit: it allows for rooms that are used on some evenings.
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
        pause = _pause(others * known, busy, np.nan_to_num(series.passed[:, n]), series.healthy[:, n])
        if pause:
            yield finding_of(
                layout, counter, "blind", series.times[min(busy[-1] + 1, len(series) - 1)], pause
            )


def _pause(others: Floats, busy: Ints, counts: Floats, healthy: Bools) -> dict[str, float] | None:
    """Return the figures of the present pause if it far exceeds earlier ones and many counts are missing; else None."""
    cumulative = np.cumsum(others)
    now = float(cumulative[-1] - cumulative[busy[-1]])
    before = np.diff(cumulative[busy])
    steady = before[healthy[busy[1:]]]
    if len(steady) < LEAST_COUNTING or cumulative[busy[-1]] <= cumulative[busy[0]]:
        return None
    expected = now * float(counts[busy].sum() / max(cumulative[busy[-1]], 1.0))
    if now < LONGER * float(steady.max()) or expected < LEAST_EXPECTED:
        return None
    return {"passed": now, "expected": expected, "longest": float(steady.max())}


def around(layout: SensorLayout, parts: CountedParts, room: int) -> tuple[list[int], bool]:
    """Return the counters of the doors around a room's part of the site, and whether that part is only the room."""
    cell = parts.room[room]
    doors = set(parts.doors_of(cell))
    alone = sum(c == cell for c in parts.room) == 1
    return [n for n, counter in enumerate(layout.counters) if counter.door in doors], alone
