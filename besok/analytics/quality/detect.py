"""All detectors, in the order in which what one has found is kept from the next; a fault is told once."""

from collections.abc import Iterable, Sequence

from besok.analytics.quality import balance, directions, frozen, impossible, shares, signals, twins
from besok.analytics.quality.sensor_series import SensorHistory, SensorLayout
from besok.analytics.quality.site_layout import counted_parts
from besok.model.arrays import Bools
from besok.model.findings import Finding


def detect(layout: SensorLayout, series: SensorHistory) -> list[Finding]:
    """Return what is wrong now with the sensors of a site, by some weeks of what they said.

    At most one finding for each channel: what is silent is not blind too, and a counter that is stuck breaks the
    balance without being biased.
    """
    found = list(signals.silent(layout, series))
    if any(not f.device for f in found):
        return found
    parts = counted_parts(layout)
    found += _new(found, frozen.stuck(layout, series))
    found += _new(found, impossible.passages(layout, series))
    found += _new(found, frozen.night_counts(layout, series))
    bad = bad_steps(layout, series, found)
    found += _new(found, frozen.blind(layout, series, bad))
    found += _new(found, signals.flapping(layout, series))
    bad = bad_steps(layout, series, found)
    found += _new(found, frozen.stuck_gauges(layout, series, parts, bad))
    found += _new(found, frozen.ghosts(layout, series, parts, bad))
    found += _new(found, impossible.crowds(layout, series))
    bad = bad_steps(layout, series, found)
    found += _new(found, twins.double(layout, series, parts, bad))
    found += _new(found, directions.swapped(layout, series, bad))
    bad = bad_steps(layout, series, found)
    found += _new(found, shares.fading(layout, series, bad))
    bad = bad_steps(layout, series, found)
    found += _new(found, balance.unbalanced(layout, series, parts, bad))
    return found


def _new(found: list[Finding], more: Iterable[Finding]) -> list[Finding]:
    """Those of channels of which nothing is said yet."""
    named = {(f.device, f.channel) for f in found}
    fresh: list[Finding] = []
    for finding in more:
        if (finding.device, finding.channel) not in named:
            named.add((finding.device, finding.channel))
            fresh.append(finding)
    return fresh


def bad_steps(layout: SensorLayout, series: SensorHistory, found: Sequence[Finding]) -> Bools:
    """Return steps x counters that are worthless: by what was found, or by a trouble that is known to be over."""
    bad = series.fixed
    since = {(f.device, f.channel): series.step_of(f.since) for f in found}
    for n, counter in enumerate(layout.counters):
        step = since.get((counter.device, counter.channel))
        if step is not None:
            bad[max(step, 0) :, n] = True
    return bad
