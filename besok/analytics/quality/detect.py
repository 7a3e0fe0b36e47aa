"""All detectors, in the order in which what one has found is kept from the next; a fault is told once."""

from collections.abc import Iterable, Sequence

from besok.analytics.quality import balance, directions, frozen, impossible, shares, signals, twins
from besok.analytics.quality.sensor_series import House, Seen
from besok.analytics.quality.site_layout import cells
from besok.model.arrays import Bools
from besok.model.findings import Finding


def detect(house: House, seen: Seen) -> list[Finding]:
    """What is wrong now with the sensors of a site, by some weeks of what they said.

    At most one finding for each channel: what is silent is not blind too, and a counter that is stuck breaks the
    balance without being biased.
    """
    found = list(signals.silent(house, seen))
    if any(not f.device for f in found):
        return found
    parts = cells(house)
    found += _new(found, frozen.stuck(house, seen))
    found += _new(found, impossible.passages(house, seen))
    found += _new(found, frozen.night_counts(house, seen))
    bad = bad_steps(house, seen, found)
    found += _new(found, frozen.blind(house, seen, bad))
    found += _new(found, signals.flapping(house, seen))
    bad = bad_steps(house, seen, found)
    found += _new(found, frozen.stuck_gauges(house, seen, parts, bad))
    found += _new(found, frozen.ghosts(house, seen, parts, bad))
    found += _new(found, impossible.crowds(house, seen))
    bad = bad_steps(house, seen, found)
    found += _new(found, twins.double(house, seen, parts, bad))
    found += _new(found, directions.swapped(house, seen, parts, bad))
    bad = bad_steps(house, seen, found)
    found += _new(found, shares.fading(house, seen, bad))
    bad = bad_steps(house, seen, found)
    found += _new(found, balance.unbalanced(house, seen, parts, bad))
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


def bad_steps(house: House, seen: Seen, found: Sequence[Finding]) -> Bools:
    """Steps x counters that are worthless: by what was found, or by a trouble that is known to be over."""
    bad = seen.mended
    since = {(f.device, f.channel): seen.step_of(f.since) for f in found}
    for n, counter in enumerate(house.counters):
        step = since.get((counter.device, counter.channel))
        if step is not None:
            bad[max(step, 0) :, n] = True
    return bad
