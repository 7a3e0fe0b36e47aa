"""Detection of a faulty sensor in simulated weeks, checked as often as the jobs check real ones."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from besok.analytics.quality.detect import detect
from besok.analytics.quality.sensor_series import SensorHistory
from besok.model.findings import Kind
from besok.model.scenarios import FaultySensor
from besok.model.site import Site, SiteFile
from besok.model.views.scenarios import SensorNotice
from cli.simulation.watched import Watched, cut, drifting, silenced, swapped, watched
from sensors_sim.planner_question import DRIFTS_DAYS, DRIFTS_TO
from sensors_sim.scenario import Scenario
from sensors_sim.whatif import ranged

REPLICATIONS: Final = 10
BEFORE, AFTER = 28, 14  # days that are known before the fault, and in which it may be noticed
A_DAY, AN_HOUR = 96, 4  # steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One replication: after how many hours the sensor was named, as what; the share of the visits that was counted."""

    after_h: float | None
    kind: Kind | None
    counted: float


def tries(
    sites: SiteFile, site: Site, sensor: FaultySensor, scenario: Scenario, first: date
) -> Iterator[Tried]:
    """Yield the replications, in which the sensor fails at the first opening from the day `first` on."""
    number = next(n for n, one in enumerate(sites.sites) if one.id == site.id)
    begins = first - timedelta(days=BEFORE)
    for seed in range(1, REPLICATIONS + 1):
        simulated = watched(sites, seed, begins, BEFORE + AFTER, scenario)[number]
        fails = int(np.flatnonzero((simulated.seen.day >= BEFORE) & simulated.seen.open)[0])
        broken = _TROUBLES[sensor.trouble](simulated.seen, simulated.column(sensor.device), fails, seed)
        yield _tried(simulated, broken, sensor.device, fails)


_TROUBLES: Final[dict[str, Callable[[SensorHistory, int, int, int], SensorHistory]]] = {
    "off": lambda seen, n, begin, _seed: silenced(seen, n, begin),
    "swapped": lambda seen, n, begin, _seed: swapped(seen, n, begin),
    "drifting": lambda seen, n, begin, seed: drifting(
        seen, n, begin, DRIFTS_TO, DRIFTS_DAYS * A_DAY, np.random.default_rng(seed)
    ),
}


def _tried(simulated: Watched, broken: SensorHistory, device: str, fails: int) -> Tried:
    share = _visits(simulated, broken, fails) / max(_visits(simulated, simulated.seen, fails), 1.0)
    for step in _looks(fails, len(broken)):
        for finding in detect(simulated.layout, cut(broken, step)):
            if device in (finding.device, finding.evidence.get("other_device")):
                return Tried(after_h=(step - fails) / AN_HOUR, kind=finding.kind, counted=share)
    return Tried(after_h=None, kind=None, counted=share)


def _looks(fails: int, end: int) -> Iterator[int]:
    """Yield the times of the checks: each hour of the first day, then the end of each."""
    yield from range(fails + AN_HOUR, min(fails + A_DAY, end), AN_HOUR)
    yield from range(fails + A_DAY, end + 1, A_DAY)


def _visits(simulated: Watched, seen: SensorHistory, fails: int) -> float:
    """Return the entries of the site through its counted doors from a step on."""
    entries = 0.0
    for n, counter in enumerate(simulated.layout.counters):
        door = simulated.layout.doors[counter.door]
        if None in (door.outer, door.inner):
            flow = seen.people_in if door.outer is None else seen.people_out
            entries += float(np.nansum(flow[fails:, n]))
    return entries


def notice(site: Site, sensor: FaultySensor, tried: Sequence[Tried]) -> SensorNotice:
    """Summarise the replications."""
    noticed = [one for one in tried if one.after_h is not None]
    after = np.array([one.after_h for one in noticed])
    kinds = Counter(one.kind for one in noticed)
    place = next(s.portal for s in site.sensors if s.device == sensor.device and s.portal)
    return SensorNotice(
        sensor=sensor,
        name=next(portal.name for portal in site.portals if portal.id == place),
        days=AFTER,
        replications=len(tried),
        noticed=len(noticed),
        after_h=ranged(after) if noticed else None,
        named=kinds.most_common(1)[0][0] if noticed else None,
        counted=ranged(np.array([one.counted for one in tried])),
    )
