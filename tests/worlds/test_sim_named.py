"""Faults of simulated sensors that no counting rule can correct are named, unless their detector is switched off.

Messages go through the adapters and counting rules for some weeks, and are looked at by quarter of an hour.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from benchmarks.worlds.simulated import HOUSE
from besok.analytics.quality import directions, frozen, shares
from besok.analytics.quality.detect import detect
from besok.analytics.quality.sensor_series import STEP, SensorHistory, SensorLayout
from besok.model import sitefile
from besok.model.findings import Finding
from besok.model.site import SiteFile
from besok.services.sensor_layout import sensor_layout
from cli.simulation.observed import Observed, observe
from cli.simulation.watched import last_heard
from jobs.observations import DayClock
from sensors_sim.scenario import ORDINARY, Fault, FaultKind

FIRST, DAYS = date(2026, 9, 21), 25
BEGINS = datetime(2026, 10, 7, 13)  # noqa: DTZ001 local, as scenarios have it


def site_file() -> SiteFile:
    """The house of the standard worlds, whose sensors report every quarter of an hour."""
    sites = sitefile.parse((HOUSE / "site.toml").read_text("utf-8"), "site.toml")
    own = sites.sites[0]
    sensors = tuple(replace(s, interval_s=900) for s in own.sensors if "co2" not in s.model)
    return SiteFile(sites=(replace(own, sensors=sensors),))


def weeks(*faults: tuple[str, FaultKind, float]) -> tuple[SensorLayout, SensorHistory]:
    """What the database would hold of the house, with faults (device, kind, share) from the third week on."""
    sites = site_file()
    scenario = replace(
        ORDINARY,
        id="faults",
        last=FIRST + timedelta(days=DAYS),
        faults=tuple(Fault(device=d, kind=kind, begins=BEGINS, share=share) for d, kind, share in faults),
    )
    [seen] = observe(sites, FIRST, DAYS, 4, scenario, every_s=900)
    built = sensor_layout(seen.site, sites.sites)[0]
    return built, by_quarter(built, seen)


def by_quarter(built: SensorLayout, seen: Observed) -> SensorHistory:
    """Flows and levels by quarter of an hour, with the share of it in which each counter was heard."""
    hours = [DayClock(seen.site, day, STEP) for day in seen.dates]
    begins = hours[0].begins
    doors = [d.id for d in built.doors if d.counted]
    order = [doors.index(built.doors[c.door].id) for c in built.counters]
    quarters = len(seen.people) // 15
    came, went = (
        f.reshape(quarters, 15, -1)[:, :, order] for f in (seen.flows.people_in, seen.flows.people_out)
    )
    covered = (~np.isnan(came)).mean(axis=1)
    people, occupied = seen.levels.people, seen.levels.occupied
    shown = np.where(np.isnan(people), occupied, people).reshape(quarters, 15, -1)
    told = ~np.isnan(shown).all(axis=1)
    low = np.where(told, np.nanmin(np.where(np.isnan(shown), np.inf, shown), axis=1), np.nan)
    high = np.where(told, np.nanmax(np.where(np.isnan(shown), -np.inf, shown), axis=1), np.nan)
    times = tuple((begins + n * STEP).astimezone(UTC) for n in range(quarters))
    flows = [np.where(covered > 0, np.nansum(f, axis=1), np.nan) for f in (came, went)]
    return SensorHistory(
        now=times[-1] + STEP,
        times=times,
        dates=seen.dates,
        day=np.repeat(np.arange(len(hours)), [len(h.open) for h in hours]),
        slot=np.concatenate([h.clock for h in hours]) // 15,
        open=np.concatenate([h.open for h in hours]),
        people_in=flows[0],
        people_out=flows[1],
        covered=covered,
        low=low,
        high=high,
        heard=last_heard(times, covered, high),
        healthy=np.ones(covered.shape, bool),
    )


def nothing(*_: object) -> Iterator[Finding]:
    return iter(())


HANDLED: dict[str, list[tuple[tuple[str, FaultKind, float], str, tuple[object, str]]]] = {
    "four": [
        (("count-garden", "swapped", 0), "swapped", (directions, "swapped")),
        (("camera-reading", "stuck", 0), "stuck", (frozen, "stuck_gauges")),
        (("count-children", "blind", 0.5), "fading", (shares, "fading")),
        (("presence-study", "ghost", 0), "ghost", (frozen, "ghosts")),
    ],
    "stuck": [(("count-garden", "stuck", 0), "stuck", (frozen, "stuck"))],
    "blind": [(("count-garden", "blind", 1), "blind", (frozen, "blind"))],
}


@pytest.mark.parametrize(
    "number", ["four", *(pytest.param(one, marks=pytest.mark.slow) for one in ("stuck", "blind"))]
)
def test_the_sensors_are_named(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    handled = HANDLED[number]
    built, seen = weeks(*(fault for fault, _, _ in handled))
    named = {(fault[0], called) for fault, called, _ in handled}
    assert {(f.device, f.kind) for f in detect(built, seen)} == named
    for (device, _, _), called, detector in handled:
        with monkeypatch.context() as off:
            off.setattr(*detector, nothing)
            assert (device, called) not in {(f.device, f.kind) for f in detect(built, seen)}
