"""Faults between the reports of devices and their receipt. See docs/reference/scenarios.md.

Faults work on reports, before they are encoded: first those of the device itself (it restarts, its clock is off, it is
stuck), then those of the way (messages are lost, late, shuffled, doubled). Several at once work in the order of the
scenario. Chance is drawn for each report by itself, so that it is the same whoever listens from when; what a fault has
to remember (the value at which a device is stuck) begins with who listens.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from sensors_sim.noise import key, uniform
from sensors_sim.reports import Flow, Level, Moment, Report, Truth
from sensors_sim.scenario import FaultKind, names_device
from sensors_sim.sensors import Device, Installation
from sensors_sim.times import MINUTE_MS, millis
from sensors_sim.totals import Totals
from sensors_sim.world import World

MOST_CROWDED: Final = 10_000  # moments until which something is held up at once
RESTARTED: Final = 1_000_000  # what a restart adds to the number of a session
DAY_S: Final = 86_400
BURST_MS: Final = 1000  # in which what was held up comes, before what is reported as soon as all is well
REPEAT_S: Final = 30  # within which a duplicate follows


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveFault:
    """A fault of one device: from `begins` to `ends` (milliseconds), with what it remembers."""

    kind: FaultKind
    begins: int
    ends: float
    seconds: float
    share: float
    key: int  # of its chance
    number: int  # among the faults of the scenario
    memory: dict[Any, Any]

    def holds(self, t: int) -> bool:
        """Say whether it is going on at `t`."""
        return self.begins <= t < self.ends

    def chance(self, *numbers: int) -> float:
        """Return a number in [0, 1) that depends on nothing but `numbers`."""
        return float(uniform(self.key, *(np.array([n]) for n in numbers))[0])


FaultsByDevice = Mapping[Device, Sequence[ActiveFault]]


def with_faults(moments: Iterable[Moment], world: World, installation: Installation) -> Iterator[Moment]:
    """Yield the moments as they are received, with all faults of the world's scenario applied."""
    faults = _active(world, installation)
    return _Way(faults).moments(moments) if faults else iter(moments)


def _active(world: World, installation: Installation) -> dict[Device, list[ActiveFault]]:
    """Return the faults of each device that has any."""
    by_device: dict[Device, list[ActiveFault]] = {}
    zone = ZoneInfo(world.ground.sites[0].timezone)
    last = world.scenario.last
    over = world.bounds(last)[1] if last else inf
    for number, fault in enumerate(world.scenario.faults):
        begins = millis(fault.begins if fault.begins.tzinfo else fault.begins.replace(tzinfo=zone))
        ends = over if fault.minutes is None else begins + fault.minutes * MINUTE_MS
        if fault.kind == "reboot" and fault.minutes is None:
            ends = begins
        for site, device in installation.devices:
            if names_device(fault.device, site, device):
                active = ActiveFault(
                    kind=fault.kind,
                    begins=begins,
                    ends=ends,
                    seconds=fault.seconds,
                    share=fault.share,
                    key=key(world.seed, "fault", number, site, device),
                    number=number,
                    memory={},
                )
                by_device.setdefault((site, device), []).append(active)
    _note_totals(by_device, Totals(world, installation), installation)
    return by_device


def _note_totals(faults: FaultsByDevice, running: Totals, installation: Installation) -> None:
    """Tell every restart the totals of the counters at its time, since they began or were last restarted."""
    restarts = [
        (f.ends, d, f) for d, each in faults.items() for f in each if f.kind == "reboot" and f.ends < inf
    ]
    earlier: dict[tuple[object, ...], Sequence[int]] = {}
    for ends, device, fault in sorted(restarts, key=lambda r: r[:2]) if running.wanted else ():
        month_ends = fault.memory["month ends"] = running.ends(int(ends))
        for counter, totals in zip(installation.counters, running.at(int(ends)).tolist(), strict=True):
            if (counter.site, counter.device) == device:
                line = (device, counter.line, month_ends)
                before = earlier.get(line, (0, 0))
                fault.memory["total", counter.line] = (totals[0] - before[0], totals[1] - before[1])
                earlier[line] = totals


# What happens to a device: from what it would report to what it reports.
Change = Callable[[ActiveFault, Report], Report]


def _changed(
    report: Report,
    flow: Callable[[Flow], Flow] = lambda item: item,
    level: Callable[[Level], Level] = lambda item: item,
) -> Report:
    items = (flow(i) if isinstance(i, Flow) else level(i) for i in report.items)
    return report._replace(items=tuple(items))


def _reboot(fault: ActiveFault, report: Report) -> Report:
    """Totals (until they begin again with a month) and the numbers of its messages begin at zero after it.

    Who has not listened to the device before it takes the totals of that moment as the world has them.
    """
    memory = fault.memory
    if report.received < fault.ends or report.received <= fault.begins:
        memory["heard before"] = True
        return report
    session, first = memory.setdefault(report.kind, (report.session, report.seq))

    def since(flow: Flow) -> Flow:
        if flow.totals is None or report.received >= memory.get("month ends", inf):
            return flow
        if "heard before" in memory:
            memory.setdefault(flow.line, (flow.totals[0] - flow.entries, flow.totals[1] - flow.exits))
        zero = memory.setdefault(flow.line, memory.get(("total", flow.line), (0, 0)))
        return flow._replace(totals=(max(0, flow.totals[0] - zero[0]), max(0, flow.totals[1] - zero[1])))

    seq = (
        report.seq - first if report.session == session else report.seq
    )  # the next session numbers by itself
    return _changed(report, since)._replace(seq=seq, session=report.session + RESTARTED * (fault.number + 1))


def _stuck(fault: ActiveFault, report: Report) -> Report:
    """Repeat the last item of the first report of each line and region."""
    first: dict[tuple[str, str], Flow | Level] = {_part(item): item for item in report.items}
    stuck_items = {part: fault.memory.setdefault((report.kind, part), item) for part, item in first.items()}

    def flow(item: Flow) -> Flow:
        was: Flow = stuck_items[_part(item)]
        return was._replace(period_s=item.period_s)

    return _changed(report, flow, lambda item: stuck_items[_part(item)])


def _part(item: Flow | Level) -> tuple[str, str]:
    return ("flow", item.line) if isinstance(item, Flow) else ("level", item.region)


def _skew(fault: ActiveFault, report: Report) -> Report:
    return report._replace(time=report.time + round(fault.seconds) * 1000)


def _drift(fault: ActiveFault, report: Report) -> Report:
    seconds = fault.seconds * (report.received - fault.begins) / 1000 / DAY_S
    return report._replace(time=report.time + round(seconds) * 1000)


def _swapped(fault: ActiveFault, report: Report) -> Report:
    """Exchange in and out; totals continue in the other direction."""
    active = fault.holds(report.received)

    def exchanged(flow: Flow) -> Flow:
        part = ("moved", flow.line)
        moved = fault.memory.get(part, 0)  # how many more in the total of those in than really came
        if active:
            moved = fault.memory[part] = moved + flow.exits - flow.entries
            flow = flow._replace(entries=flow.exits, exits=flow.entries)
        return flow._replace(totals=flow.totals and (flow.totals[0] + moved, flow.totals[1] - moved))

    return _changed(report, exchanged)


def _blind(fault: ActiveFault, report: Report) -> Report:
    """Each passage is missed or not; a camera sees so many fewer people, a presence sensor now and then nobody."""
    active = fault.holds(report.received)

    def seen(people: int, direction: int, line: str) -> int:
        numbers = (report.received, direction), key(line) % 2**31
        return sum(fault.chance(*numbers[0], n, numbers[1]) >= fault.share for n in range(people))

    def fewer(flow: Flow) -> Flow:
        part = ("missed", flow.line)
        missed = fault.memory.get(part, (0, 0))
        both = (flow.entries, flow.exits)
        if active:
            both = (seen(flow.entries, 0, flow.line), seen(flow.exits, 1, flow.line))
            missed = (missed[0] + flow.entries - both[0], missed[1] + flow.exits - both[1])
            fault.memory[part] = missed
        totals = flow.totals and (flow.totals[0] - missed[0], flow.totals[1] - missed[1])
        return flow._replace(entries=both[0], exits=both[1], totals=totals)

    def dimmer(level: Level) -> Level:
        if not active or level.metric == "co2_ppm":
            return level
        if level.metric == "occupied":
            return level._replace(value=level.value if fault.chance(report.received) >= fault.share else 0)
        return level._replace(value=round(level.value * (1 - fault.share)))

    return _changed(report, fewer, dimmer)


def _ghost(fault: ActiveFault, report: Report) -> Report:
    return _changed(report, level=lambda v: v if v.metric == "co2_ppm" else v._replace(value=max(1, v.value)))


def _retained(fault: ActiveFault, report: Report) -> Report:
    return report._replace(retain=True)


CHANGES: Final[Mapping[FaultKind, Change]] = {
    "retained": _retained,
    "stuck": _stuck,
    "clock_skew": _skew,
    "clock_drift": _drift,
    "ghost": _ghost,
}  # while it holds
LASTING_CHANGES: Final[Mapping[FaultKind, Change]] = {
    "reboot": _reboot,
    "swapped": _swapped,
    "blind": _blind,
}  # also afterwards: totals remember

# What happens on the way: from when a report is due to when it comes, none if never, two if twice.
Delay = Callable[[ActiveFault, Report, int], Sequence[float]]


def _lost(fault: ActiveFault, report: Report, due: int) -> Sequence[float]:
    return ()


def _lossy(fault: ActiveFault, report: Report, due: int) -> Sequence[float]:
    return () if fault.chance(report.received, len(report.kind)) < fault.share else (due,)


def _late(fault: ActiveFault, report: Report, due: int) -> Sequence[float]:
    """Delay the reports to the end of their batch."""
    step = max(1, round(fault.seconds * 1000))
    batch = fault.begins + -(-(report.received + 1 - fault.begins) // step) * step
    return (max(due, min(batch, fault.ends - BURST_MS)),)


def _twice(fault: ActiveFault, report: Report, due: int) -> Sequence[float]:
    if fault.chance(report.received, len(report.kind)) >= fault.share:
        return (due,)
    return (due, due + round(1000 * REPEAT_S * fault.chance(report.received, len(report.kind), 1)))


def _disorder(fault: ActiveFault, report: Report, due: int) -> Sequence[float]:
    return (due + round(1000 * fault.seconds * fault.chance(report.received, len(report.kind))),)


def _outage(fault: ActiveFault, report: Report, due: int) -> Sequence[float]:
    """Delay all reports until the gateway is back."""
    return (max(due, fault.ends - BURST_MS),)


DELAYS: Final[Mapping[FaultKind, Delay]] = {
    "silence": _lost,
    "reboot": _lost,  # while it starts
    "lossy": _lossy,
    "late": _late,
    "duplicate": _twice,
    "disorder": _disorder,
    "outage": _outage,
}


class _Sending(NamedTuple):
    """A report on its way: heaps sort by the first two."""

    due: int
    order: int
    report: Report


class _Way:
    """The network between all devices and the broker."""

    def __init__(self, faults: FaultsByDevice) -> None:
        self._faults = faults
        self._under_way: list[_Sending] = []
        self._order = 0
        self._crowded: dict[int, int] = {}  # how many were held up until a moment

    def moments(self, moments: Iterable[Moment]) -> Iterator[Moment]:
        """Yield the moments of receipt. What is still under way at the end is received after it, in its time."""
        before = 0
        for moment in moments:
            for report in moment.reports:
                self._send(report)
            yield self._arrive(moment.time, moment.truth, self._resent(before, moment.time))
            before = moment.time
        while self._under_way:
            yield self._arrive(self._under_way[0].due, None, frozenset())

    def _send(self, report: Report) -> None:
        """Send the report as many times as its faults say."""
        faults = self._faults.get((report.site, report.device), ())
        for fault in faults:
            if fault.kind in CHANGES and fault.holds(report.received):
                report = CHANGES[fault.kind](fault, report)
            elif fault.kind in LASTING_CHANGES and (
                fault.kind == "reboot" or fault.begins <= report.received
            ):
                report = LASTING_CHANGES[fault.kind](fault, report)
        sent: list[tuple[float, float]] = [(report.received, report.received)]  # due, and first received
        for fault in faults:
            if (delay := DELAYS.get(fault.kind)) and fault.holds(report.received):
                copied = fault.kind == "duplicate"
                sent = [
                    (t, first if copied else t) for due, first in sent for t in delay(fault, report, int(due))
                ]
        for due, first in sent:
            if due < inf:
                self._order += 1
                late = (
                    report
                    if first == report.received
                    else report._replace(received=self._one_by_one(int(first)))
                )
                heappush(self._under_way, _Sending(int(due), self._order, late))

    def _one_by_one(self, time: int) -> int:
        """Return when the network receives a delayed report; simultaneous ones arrive one after the other."""
        if len(self._crowded) > MOST_CROWDED:
            del self._crowded[min(self._crowded)]
        self._crowded[time] = self._crowded.get(time, -1) + 1
        return time + self._crowded[time]

    def _arrive(self, time: int, truth: Truth | None, resent: frozenset[Device]) -> Moment:
        """Receive everything that is due by `time`."""
        arrived: list[Report] = []
        while self._under_way and self._under_way[0].due <= time:
            arrived.append(heappop(self._under_way).report)
        return Moment(time=time, reports=tuple(arrived), truth=truth, resent=resent)

    def _resent(self, after: int, until: int) -> frozenset[Device]:
        """Return the devices whose retained messages are sent again: a client has just connected."""
        return frozenset(
            device
            for device, faults in self._faults.items()
            if any(f.kind == "retained" and after < f.ends <= until for f in faults)
        )


class Retained:
    """Retained messages of the broker: the last one on each topic."""

    def __init__(self) -> None:
        self._kept: dict[Device, dict[str, bytes]] = {}

    def update(
        self, moment: Moment, encoded: Sequence[tuple[str, bytes]]
    ) -> tuple[frozenset[str], tuple[tuple[str, bytes], ...]]:
        """Return the topics whose messages the broker shall keep, and what it sends again."""
        topics = set()
        for report, (topic, payload) in zip(moment.reports, encoded, strict=True):
            if report.retain:
                self._kept.setdefault((report.site, report.device), {})[topic] = payload
                topics.add(topic)
        resent = tuple(m for device in sorted(moment.resent) for m in self._kept.pop(device, {}).items())
        return frozenset(topics), resent
