"""What each kind of fault does to a report: to what a device says, and to when it is heard."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Final

import numpy as np

from sensors_sim.noise import key, uniform
from sensors_sim.report import Flow, Level, Report
from sensors_sim.scenario import FaultKind

RESTARTED: Final = 1_000_000  # what a restart adds to the number of a session
DAY_S: Final = 86_400
BURST_MS: Final = 1000  # in which what was held up comes, before what is said as soon as all is well
REPEAT_S: Final = 30  # within which a duplicate follows


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
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
        """Whether it is going on at `t`."""
        return self.begins <= t < self.ends

    def chance(self, *numbers: int) -> float:
        """A number in [0, 1) that depends on nothing but `numbers`."""
        return float(uniform(self.key, *(np.array([n]) for n in numbers))[0])


# What happens to a device: from what it would say to what it says.
Change = Callable[[Trouble, Report], Report]


def _flows(report: Report, change: Callable[[Flow], Flow]) -> Report:
    return report._replace(items=tuple(change(i) if isinstance(i, Flow) else i for i in report.items))


def _levels(report: Report, change: Callable[[Level], Level]) -> Report:
    return report._replace(items=tuple(change(i) if isinstance(i, Level) else i for i in report.items))


def _reboot(trouble: Trouble, report: Report) -> Report:
    """Totals (until they begin anew with a month) and the numbers of its messages begin at zero after it.

    Who has not heard the device before it takes the totals of that moment as the world has them.
    """
    if report.heard < trouble.ends or report.heard <= trouble.begins:
        trouble.memory["heard before"] = True
        return report
    session, first = trouble.memory.setdefault(report.kind, (report.session, report.seq))

    def since(flow: Flow) -> Flow:
        if flow.totals is None or report.heard >= trouble.memory.get("month ends", inf):
            return flow
        if "heard before" in trouble.memory:
            trouble.memory.setdefault(flow.line, (flow.totals[0] - flow.came, flow.totals[1] - flow.went))
        zero = trouble.memory.setdefault(flow.line, trouble.memory.get(("total", flow.line), (0, 0)))
        return flow._replace(totals=(max(0, flow.totals[0] - zero[0]), max(0, flow.totals[1] - zero[1])))

    seq = (
        report.seq - first if report.session == session else report.seq
    )  # another session numbers anew by itself
    return _flows(report, since)._replace(seq=seq, session=report.session + RESTARTED * (trouble.number + 1))


def _stuck(trouble: Trouble, report: Report) -> Report:
    if not trouble.holds(report.heard):
        return report
    same = {_part(item): item for item in report.items}
    for part, item in same.items():
        same[part] = trouble.memory.setdefault((report.kind, part), item)
    items = (_as_it_was(item, same[_part(item)]) for item in report.items)
    return report._replace(items=tuple(items))


def _part(item: Flow | Level) -> tuple[str, str]:
    return ("flow", item.line) if isinstance(item, Flow) else ("level", item.region)


def _as_it_was(item: Flow | Level, was: Flow | Level) -> Flow | Level:
    return was._replace(period_s=item.period_s) if isinstance(was, Flow) and isinstance(item, Flow) else was


def _skew(trouble: Trouble, report: Report) -> Report:
    return _shifted(report, trouble.seconds) if trouble.holds(report.heard) else report


def _drift(trouble: Trouble, report: Report) -> Report:
    if not trouble.holds(report.heard):
        return report
    return _shifted(report, trouble.seconds * (report.heard - trouble.begins) / 1000 / DAY_S)


def _shifted(report: Report, seconds: float) -> Report:
    return report._replace(time=report.time + round(seconds) * 1000)


def _swapped(trouble: Trouble, report: Report) -> Report:
    """In and out are exchanged; totals go on from what they were, the other way round."""
    if report.heard < trouble.begins:
        return report
    active = trouble.holds(report.heard)

    def exchanged(flow: Flow) -> Flow:
        part = ("moved", flow.line)
        moved = trouble.memory.get(part, 0)  # how many more in the total of those in than really came
        if active:
            moved = trouble.memory[part] = moved + flow.went - flow.came
        turned = flow._replace(came=flow.went, went=flow.came) if active else flow
        return (
            turned._replace(totals=(flow.totals[0] + moved, flow.totals[1] - moved))
            if flow.totals
            else turned
        )

    return _flows(report, exchanged)


def _blind(trouble: Trouble, report: Report) -> Report:
    """Each passage is missed or not; a camera sees so many fewer people, a presence sensor now and then nobody."""
    if report.heard < trouble.begins:
        return report
    active = trouble.holds(report.heard)

    def fewer(flow: Flow) -> Flow:
        part = ("missed", flow.line)
        in_, out = trouble.memory.get(part, (0, 0))
        came, went = flow.came, flow.went
        if active:
            came, went = (_left(trouble, report.heard, n, m, flow.line) for n, m in enumerate((came, went)))
            in_, out = trouble.memory[part] = (in_ + flow.came - came, out + flow.went - went)
        totals = flow.totals and (flow.totals[0] - in_, flow.totals[1] - out)
        return flow._replace(came=came, went=went, totals=totals)

    def dimmer(level: Level) -> Level:
        if not active or level.metric == "co2_ppm":
            return level
        if level.metric == "occupied":
            return level._replace(value=level.value if trouble.chance(report.heard) >= trouble.share else 0)
        return level._replace(value=round(level.value * (1 - trouble.share)))

    return _levels(_flows(report, fewer), dimmer)


def _left(trouble: Trouble, t: int, direction: int, people: int, line: str) -> int:
    part = key(line) % 2**31
    return sum(trouble.chance(t, direction, n, part) >= trouble.share for n in range(people))


def _ghost(trouble: Trouble, report: Report) -> Report:
    if not trouble.holds(report.heard):
        return report
    return _levels(report, lambda v: v._replace(value=max(1, v.value)) if v.metric != "co2_ppm" else v)


CHANGES: Final[Mapping[FaultKind, Change]] = {
    "reboot": _reboot,
    "stuck": _stuck,
    "clock_skew": _skew,
    "clock_drift": _drift,
    "swapped": _swapped,
    "blind": _blind,
    "ghost": _ghost,
}

# What happens on the way: from when a report is due to when it comes, none if never, two if twice.
Way = Callable[[Trouble, Report, int], Sequence[float]]


def _lost(trouble: Trouble, report: Report, due: int) -> Sequence[float]:
    return ()


def _lossy(trouble: Trouble, report: Report, due: int) -> Sequence[float]:
    return () if trouble.chance(report.heard, len(report.kind)) < trouble.share else (due,)


def _late(trouble: Trouble, report: Report, due: int) -> Sequence[float]:
    """At the end of its batch."""
    step = max(1, round(trouble.seconds * 1000))
    batch = trouble.begins + -(-(report.heard + 1 - trouble.begins) // step) * step
    return (max(due, min(batch, trouble.ends - BURST_MS)),)


def _twice(trouble: Trouble, report: Report, due: int) -> Sequence[float]:
    if trouble.chance(report.heard, len(report.kind)) >= trouble.share:
        return (due,)
    return (due, due + round(1000 * REPEAT_S * trouble.chance(report.heard, len(report.kind), 1)))


def _disorder(trouble: Trouble, report: Report, due: int) -> Sequence[float]:
    return (due + round(1000 * trouble.seconds * trouble.chance(report.heard, len(report.kind))),)


def _outage(trouble: Trouble, report: Report, due: int) -> Sequence[float]:
    """All at once when the gateway is back."""
    return (max(due, trouble.ends - BURST_MS),)


WAYS: Final[Mapping[FaultKind, Way]] = {
    "silence": _lost,
    "reboot": _lost,  # while it starts
    "lossy": _lossy,
    "late": _late,
    "duplicate": _twice,
    "disorder": _disorder,
    "outage": _outage,
}
