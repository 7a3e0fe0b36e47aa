"""All detectors, in an order in which findings of one are excluded from the next; a fault is reported once."""

from collections.abc import Iterable, Sequence

from besok.analytics.quality import balance, directions, frozen, impossible, shares, signals, twins
from besok.analytics.quality.sensor_series import SensorHistory, SensorLayout
from besok.analytics.quality.site_layout import counted_parts
from besok.model.arrays import Bools
from besok.model.findings import Finding


def detect(layout: SensorLayout, series: SensorHistory) -> list[Finding]:
    """Return the present faults of a site's sensors, from some weeks of their data.

    At most one finding for each channel: a silent one is not blind too, and a stuck counter breaks the balance without
    being biased.
    """
    findings = list(signals.silent(layout, series))
    if any(not f.device for f in findings):
        return findings
    parts = counted_parts(layout)
    findings += _new(findings, frozen.stuck(layout, series))
    findings += _new(findings, impossible.passages(layout, series))
    findings += _new(findings, frozen.night_counts(layout, series))
    bad = bad_steps(layout, series, findings)
    findings += _new(findings, frozen.blind(layout, series, bad))
    findings += _new(findings, signals.flapping(layout, series))
    bad = bad_steps(layout, series, findings)
    findings += _new(findings, frozen.stuck_gauges(layout, series, parts, bad))
    findings += _new(findings, frozen.ghosts(layout, series, parts, bad))
    findings += _new(findings, impossible.crowds(layout, series))
    bad = bad_steps(layout, series, findings)
    findings += _new(findings, twins.double(layout, series, parts, bad))
    findings += _new(findings, directions.swapped(layout, series, bad))
    bad = bad_steps(layout, series, findings)
    findings += _new(findings, shares.fading(layout, series, bad))
    bad = bad_steps(layout, series, findings)
    findings += _new(findings, balance.unbalanced(layout, series, parts, bad))
    return findings


def _new(findings: list[Finding], more: Iterable[Finding]) -> list[Finding]:
    """Return the findings of channels without one yet."""
    channels = {(f.device, f.channel) for f in findings}
    fresh: list[Finding] = []
    for finding in more:
        if (finding.device, finding.channel) not in channels:
            channels.add((finding.device, finding.channel))
            fresh.append(finding)
    return fresh


def bad_steps(layout: SensorLayout, series: SensorHistory, findings: Sequence[Finding]) -> Bools:
    """Return unusable steps x counters: by the findings, or by an earlier fault that is over."""
    bad = series.fixed
    since = {(f.device, f.channel): series.step_of(f.since) for f in findings}
    for n, counter in enumerate(layout.counters):
        step = since.get((counter.device, counter.channel))
        if step is not None:
            bad[max(step, 0) :, n] = True
    return bad
