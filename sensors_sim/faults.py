"""What goes wrong between what devices would say and what is heard of them (docs/reference/scenarios.md).

Faults work on reports, before they are put into words: first those of the device itself (it restarts, its clock is
off, it is stuck), then those of the way (messages are lost, late, shuffled, doubled). Several at once work in the order
of the scenario. Chance is drawn for each report by itself, so that it is the same whoever listens from when; what a
fault has to remember (the value at which a device is stuck) begins with who listens.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import heappop, heappush
from math import inf
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sensors_sim.fault_effects import CHANGES, WAYS, Trouble
from sensors_sim.moments import Moment, Truth
from sensors_sim.noise import key
from sensors_sim.report import Report
from sensors_sim.seasons import millis
from sensors_sim.sensors import Installation, named
from sensors_sim.totals import Totals
from sensors_sim.world import World

MOST_CROWDED: Final = 10_000  # moments until which something is held up at once


Troubles = Mapping[tuple[str, str], Sequence[Trouble]]  # by site and device


class _Sending(NamedTuple):
    """A report on its way: heaps sort by the first two."""

    due: int
    order: int
    report: Report
    kept: bool


def applied(moments: Iterable[Moment], world: World, installation: Installation) -> Iterator[Moment]:
    """The moments as they are heard, with all faults of the world's scenario."""
    troubles = _troubles(world, installation)
    return _Way(troubles).moments(moments) if troubles else iter(moments)


def _troubles(world: World, installation: Installation) -> dict[tuple[str, str], list[Trouble]]:
    """The faults of each device that has any."""
    found: dict[tuple[str, str], list[Trouble]] = {}
    zone = ZoneInfo(world.ground.sites[0].timezone)
    last = world.scenario.last
    over = world.bounds(last)[1] if last else inf
    for number, fault in enumerate(world.scenario.faults):
        begins = millis(_aware(fault.begins, zone))
        ends = begins + fault.minutes * 60_000 if fault.minutes is not None else over
        if fault.kind == "reboot" and fault.minutes is None:
            ends = begins
        for site, device in installation.devices:
            if named(fault.device, site, device):
                found.setdefault((site, device), []).append(
                    Trouble(
                        kind=fault.kind, begins=begins, ends=ends, seconds=fault.seconds, share=fault.share,
                        key=key(world.seed, "fault", number, site, device), number=number, memory={},
                    )
                )  # fmt: skip
    _note_totals(found, world, installation)
    return found


def _note_totals(troubles: Troubles, world: World, installation: Installation) -> None:
    """Let every restart know what the counters had counted by then, since they began or were restarted before."""
    running = Totals(world, installation)
    restarts = [
        (t.ends, d, t) for d, own in troubles.items() for t in own if t.kind == "reboot" and t.ends < inf
    ]
    earlier: dict[tuple[object, ...], tuple[int, int]] = {}
    moments: dict[int, list[list[int]]] = {}
    for ends, device, trouble in sorted(restarts, key=lambda r: r[:2]) if running.wanted else ():
        moment = int(ends)
        trouble.memory["month ends"] = running.ends(moment)
        if moment not in moments:
            moments[moment] = running.at(moment).tolist()
        for counter, (came, went) in zip(installation.counters, moments[moment], strict=True):
            if (counter.site, counter.device) == device:
                line = (device, counter.line, trouble.memory["month ends"])
                before = earlier.get(line, (0, 0))
                trouble.memory["total", counter.line] = (came - before[0], went - before[1])
                earlier[line] = (came, went)


def _aware(t: datetime, zone: ZoneInfo) -> datetime:
    return t if t.tzinfo else t.replace(tzinfo=zone)


class _Way:
    """All devices' way to the broker."""

    def __init__(self, troubles: Troubles) -> None:
        self._troubles = troubles
        self._under_way: list[_Sending] = []
        self._order = 0
        self._crowded: dict[int, int] = {}  # how many were held up until a moment

    def moments(self, moments: Iterable[Moment]) -> Iterator[Moment]:
        """What is heard when. What is still under way at the end is heard after it, in its time."""
        before = 0
        for moment in moments:
            for report in moment.reports:
                self._send(report)
            yield self._arrive(moment.time, moment.truth, self._renewed(before, moment.time))
            before = moment.time
        while self._under_way:
            yield self._arrive(self._under_way[0].due, None, frozenset())

    def _send(self, report: Report) -> None:
        """Put the report on its way, as often as it is sent."""
        own = self._troubles.get((report.site, report.device), ())
        for trouble in own:
            if change := CHANGES.get(trouble.kind):
                report = change(trouble, report)
        arrivals: list[tuple[float, float]] = [
            (report.heard, report.heard)
        ]  # when it comes, and is first heard
        for trouble in own:
            if (delay := WAYS.get(trouble.kind)) and trouble.holds(report.heard):
                copied = trouble.kind == "duplicate"
                arrivals = [
                    (later, first if copied else later)
                    for due, first in arrivals
                    for later in delay(trouble, report, int(due))
                ]
        kept = any(t.kind == "retained" and t.holds(report.heard) for t in own)
        for due, first in arrivals:
            if due < inf:
                self._order += 1
                sent = report if first == report.heard else report._replace(heard=self._apart(int(first)))
                heappush(self._under_way, _Sending(int(due), self._order, sent, kept))

    def _apart(self, heard: int) -> int:
        """When the network hears a report that was held up: what comes at once is heard one after the other."""
        if len(self._crowded) > MOST_CROWDED:
            del self._crowded[min(self._crowded)]
        self._crowded[heard] = self._crowded.get(heard, -1) + 1
        return heard + self._crowded[heard]

    def _arrive(self, time: int, truth: Truth | None, renewed: frozenset[tuple[str, str]]) -> Moment:
        """Everything that is due by `time`."""
        arrived: list[_Sending] = []
        while self._under_way and self._under_way[0].due <= time:
            arrived.append(heappop(self._under_way))
        return Moment(
            time=time,
            reports=tuple(s.report for s in arrived),
            truth=truth,
            kept=frozenset(s.report for s in arrived if s.kept),
            renewed=renewed,
        )

    def _renewed(self, after: int, until: int) -> frozenset[tuple[str, str]]:
        """The devices whose time of retained messages has ended: somebody connects anew."""
        return frozenset(
            device
            for device, own in self._troubles.items()
            if any(t.kind == "retained" and after < t.ends <= until for t in own)
        )


class Retained:
    """What the broker keeps: the last message on each topic."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], dict[str, bytes]] = {}

    def look(
        self, moment: Moment, said: Sequence[tuple[str, bytes]]
    ) -> tuple[frozenset[str], tuple[tuple[str, bytes], ...]]:
        """The topics whose messages the broker shall keep, and what it sends again."""
        if not moment.kept and not moment.renewed:
            return frozenset(), ()
        topics = set()
        for report, (topic, payload) in zip(moment.reports, said, strict=True):
            if report in moment.kept:
                self._kept.setdefault((report.site, report.device), {})[topic] = payload
                topics.add(topic)
        again = tuple(m for device in sorted(moment.renewed) for m in self._kept.pop(device, {}).items())
        return frozenset(topics), again
