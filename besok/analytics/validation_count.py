"""Comparison of a person's count at a door with its sensors over the same time.

A sensor reports periods, a person taps. Only time that both cover fully is compared: it begins and ends where reports
of every sensor of the door begin and end, and taps outside of it are left out. Within it a sensor
that was silent makes the count unusable, since silence is not zero.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from besok.model.validation import Compared, Problem, Segment, Tap, Watch

SHORTEST = timedelta(minutes=4)  # in common, or nothing is compared
SILENT_REPORTS = 3  # reports missed in a row make a sensor silent
SILENT_LEAST = timedelta(minutes=5)
# A phone's clock that is off by less is as good as ours: sending takes time too
TRUSTED_CLOCK = timedelta(seconds=3)


def clock_shift(sent: datetime, received: datetime) -> timedelta:
    """Return how far ahead a phone's clock is, by the time `sent`; zero where the difference may be transmission."""
    off = sent - received
    return off if abs(off) > TRUSTED_CLOCK else timedelta(0)


def compare(
    begins: datetime,
    ends: datetime,
    taps: Iterable[Tap],
    segments: Sequence[Segment],
    watches: Sequence[Watch],
) -> Compared:
    """Compare both counts from `begins` to `ends`; `segments` are reports of the `watches` that overlap that time."""
    if not watches:
        return _not_compared(begins, ends, "no_sensor")
    by_channel = {
        w.channel_id: sorted((s for s in segments if s.channel_id == w.channel_id), key=_order)
        for w in watches
    }
    if problem := next(
        (p for w in watches if (p := _silence(begins, ends, by_channel[w.channel_id], w))), None
    ):
        return _not_compared(begins, ends, problem)
    stretches = [_covered(begins, ends, reports) for reports in by_channel.values()]
    first, last = max(s[0] for s in stretches), min(s[1] for s in stretches)
    if last - first < SHORTEST:
        return _not_compared(begins, ends, "short")
    reports_within = [s for reports in by_channel.values() for s in reports if _within(s, first, last)]
    counted = [t for t in taps if not t.undone and first <= t.time < last]
    sums = {
        direction: float(sum(t.people for t in counted if t.direction == direction))
        for direction in ("in", "out")
    }
    directed = all(s.directed for s in reports_within)
    device_in, device_out = (
        sum(s.people_in for s in reports_within),
        sum(s.people_out for s in reports_within),
    )
    if not directed:  # only the sums can be compared
        sums = dict.fromkeys(sums, sum(sums.values()) / 2)
        device_in = device_out = (device_in + device_out) / 2
    return Compared(
        begins=first,
        ends=last,
        counted_in=sums["in"],
        counted_out=sums["out"],
        device_in=device_in,
        device_out=device_out,
        directed=directed,
    )


def _order(segment: Segment) -> tuple[datetime, datetime]:
    return segment.begins, segment.ends


def _silence(begins: datetime, ends: datetime, reports: Sequence[Segment], watch: Watch) -> Problem | None:
    """Return why a channel cannot be compared, or None: silent for a part of the time, or its readings deleted.

    A channel that reports events only (no periods) is silent where nobody passes: it must have sent within the hour.
    """
    if watch.expired:
        return "expired"
    longest = max(SILENT_REPORTS * timedelta(seconds=watch.interval_s), SILENT_LEAST)
    periods = [s for s in reports if s.ends > s.begins]
    if not periods:
        hour = timedelta(hours=1)
        alive = bool(reports) or (watch.heard is not None and watch.heard >= begins - hour)
        return None if alive else "silent"
    if any(s.ends - s.begins > longest for s in periods):
        return "silent"
    reached = begins
    for s in periods:
        if s.begins - reached > longest:
            return "silent"
        reached = max(reached, s.ends)
    if ends - reached > longest:
        return "silent" if watch.heard is not None and watch.heard - reached > longest else "waiting"
    return None


def _covered(begins: datetime, ends: datetime, reports: Sequence[Segment]) -> tuple[datetime, datetime]:
    """Return the time whose ends split no report of a channel, up to its last report."""
    first, last = begins, ends
    while late := [s.ends for s in reports if s.begins < first < s.ends]:
        first = max(late)
    while early := [s.begins for s in reports if s.begins < last < s.ends]:
        last = min(early)
    periods = [s.ends for s in reports if s.ends > s.begins]
    return first, min(last, max(periods)) if periods else last


def _within(segment: Segment, first: datetime, last: datetime) -> bool:
    """Tell whether a report is in the compared time: exactly with one channel, to half a report with several."""
    middle = segment.begins + (segment.ends - segment.begins) / 2
    return first <= middle < last


def _not_compared(begins: datetime, ends: datetime, problem: Problem) -> Compared:
    return Compared(
        begins=begins, ends=ends, counted_in=0.0, counted_out=0.0, device_in=0.0, device_out=0.0, directed=True,
        problem=problem,
    )  # fmt: skip
