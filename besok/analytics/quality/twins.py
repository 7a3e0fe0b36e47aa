"""Two counters that count the same passages: two devices over one door, or one device that was placed twice.

People pass two doors independently: in a quarter of an hour the two counts x and y differ by at least the root of their
sum, so the sum of (x - y)^2 over all quarters, by the sum of x + y, is 1 or more. Where both see the same people it is
the share that one of the two misses, a few hundredths.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from besok.analytics.quality.sensor_series import SensorHistory, SensorLayout
from besok.analytics.quality.site_layout import CountedParts, finding_of
from besok.model.arrays import Bools
from besok.model.findings import Finding

RECENT = 14 * 96
LEAST_PEOPLE = 300.0  # of both together
SAME = 0.3  # of the difference that chance would make
SIMILAR = 1.25  # times as many as the other at most


def double(layout: SensorLayout, series: SensorHistory, parts: CountedParts, bad: Bools) -> Iterator[Finding]:
    """Find pairs of counters that report every passage twice; the finding names the second one."""
    recent = slice(max(len(series) - RECENT, 0), None)
    works = series.works[recent] & ~bad[recent]
    entries, exits = series.people_in[recent], series.people_out[recent]
    totals = np.nansum(np.where(works, entries + exits, 0), axis=0)
    for a, b in combinations(range(len(layout.counters)), 2):
        similar = min(totals[a], totals[b]) > 0 and max(totals[a], totals[b]) < SIMILAR * min(
            totals[a], totals[b]
        )
        if not similar or _in_series(layout, parts, a, b):
            continue
        both = works[:, a] & works[:, b]
        for turned in (False, True):
            x, y = (
                np.vstack([entries[both, a], exits[both, a]]),
                np.vstack([entries[both, b], exits[both, b]]),
            )
            y = y[::-1] if turned else y
            people = float((x + y).sum())
            differ = float(((x - y) ** 2).sum()) / max(people, 1.0)
            if people >= LEAST_PEOPLE and differ < SAME and layout.counters[b].own:
                numbers: dict[str, float | str] = {
                    "differ": differ, "people": people / 2, "quarters": float((x + y > 0).any(axis=0).sum()),
                    "same": float(((x == y).all(axis=0) & (x + y > 0).any(axis=0)).sum()),
                    "other": layout.doors[layout.counters[a].door].id, "other_device": layout.counters[a].device,
                    "same_door": float(layout.counters[a].door == layout.counters[b].door),
                }  # fmt: skip
                first = int(np.flatnonzero(both)[0])
                yield finding_of(layout, layout.counters[b], "double", series.times[recent][first], numbers)
                break


def _in_series(layout: SensorLayout, parts: CountedParts, a: int, b: int) -> bool:
    """Tell whether a part of the site has these two doors and no others, so that everybody passes both."""
    doors = {layout.counters[a].door, layout.counters[b].door}
    return len(doors) == 2 and any(set(parts.doors_of(cell)) == doors for cell in range(parts.number))
