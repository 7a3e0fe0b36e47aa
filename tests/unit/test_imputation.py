"""What a silent counter missed is filled in with what is usual; where nothing is counted, nothing is."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.worlds.faulty_sensors import case, small
from besok.analytics.quality.impute import SLOTS, fill
from besok.analytics.quality.sensor_series import SensorHistory

SEEN = case(small(2, 3), 0, 4).seen
SILENT = slice(16 * SLOTS, 17 * SLOTS)  # a Wednesday


def silenced(counters: slice | int) -> SensorHistory:
    """The site with a day on which some counters were not heard."""
    people_in, people_out, covered = (part.copy() for part in (SEEN.people_in, SEEN.people_out, SEEN.covered))
    people_in[SILENT, counters], people_out[SILENT, counters], covered[SILENT, counters] = np.nan, np.nan, 0.0
    return replace(SEEN, people_in=people_in, people_out=people_out, covered=covered)


def test_a_silent_day_gets_what_was_usual() -> None:
    seen = silenced(0)
    (filled,) = fill(seen, np.zeros_like(seen.people_in), np.zeros_like(seen.healthy))
    assert filled.counter == 0 and set(filled.steps) <= set(range(len(seen))[SILENT])
    for estimate, truth in ((filled.people_in, SEEN.people_in), (filled.people_out, SEEN.people_out)):
        assert estimate.sum() == pytest.approx(np.nansum(truth[SILENT, 0]), rel=0.25)


def test_a_day_on_which_no_counter_was_heard_stays_empty() -> None:
    seen = silenced(slice(None))
    assert fill(seen, np.zeros_like(seen.people_in), np.zeros_like(seen.healthy)) == []


def test_a_site_without_counters_has_nothing_to_fill() -> None:
    none = {name: getattr(SEEN, name)[:, :0] for name in ("people_in", "people_out", "covered", "healthy")}
    seen = replace(SEEN, **none)
    assert fill(seen, np.zeros_like(seen.people_in), np.zeros_like(seen.healthy)) == []
