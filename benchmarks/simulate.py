"""How fast the simulator makes people, history and live messages, on one core, and how much memory it needs.

    python -m benchmarks.simulate [days]

World: all steps of all people. History: the messages of `simulate backfill`, JSON included, before they are decoded.
Stream: the messages of `simulate live`. Published: the same, through a private broker until all are acknowledged. These
are of the example site. A million: a year, and three, of a library of 30 spaces with a million visits a year, each in a
process of its own, whose largest resident memory is told; once as usual, and once under a scenario that closes half the
house for eleven weeks and has an event on every Wednesday.

    python -m benchmarks.simulate many [copies]

Many: an hour of `simulate live` from so many copies of the example site at once, through a private broker.
"""

import json
import resource
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from fnmatch import fnmatchcase
from multiprocessing import get_context
from pathlib import Path
from typing import Final, get_args

from benchmarks import servers
from besok.model.settings import Settings
from besok.model.site import Portal, Sensor, Site, SiteFile, Space, Text
from besok.model.sitefile import parse
from sensors_sim import backfill, live, stream
from sensors_sim.formats import format_of
from sensors_sim.scenario import ORDINARY, Character, Closing, Event, Fault, FaultKind, Scenario
from sensors_sim.sensors import install
from sensors_sim.truth import entries
from sensors_sim.world import World

EXAMPLE = Path(__file__).parents[1] / "sites" / "helsingborg.toml"
_NAME = Text(sv="Rum", en="Room")
END = datetime(2026, 11, 24, 3, tzinfo=UTC)  # 04:00 in Helsingborg, between two business days


def main(days: int) -> None:
    """Measure and print; the last line is JSON."""
    sites = parse(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE.name)
    start, day = END - timedelta(days=days), END - timedelta(days=1)
    world, steps, people = World(sites), 0, 0
    with _watch() as world_s:
        for first, last in world.chunks(start, END):
            moves = world.days(first, last)
            steps += len(moves)
            people += int((moves.inward & (world.ground.outer[moves.edge] == world.ground.outside)).sum())
    with _watch() as history_s:
        items = sum(m.payload.count(b'"time"') for lot in backfill.messages(sites, start, END) for m in lot)
    with _watch() as stream_s:
        sent = sum(len(lot) for lot in stream.messages(sites, day, END))
    with servers.broker() as broker, _watch() as live_s:
        settings = Settings(mqtt_port=broker.port)
        live.run(sites, settings, stop=threading.Event(), start=day, end=END)
    mixed, own, in_s, out_s = _mixed(sites, day)
    million = {f"{years} {what}": _alone(years, what) for what in ("usual", "changed") for years in (1, 3)}
    print(f"world:     {days} days, {people:,} people, {steps:,} steps in {world_s[0]:.1f} s")
    print(f"history:   {days} days, {items:,} items in {history_s[0]:.1f} s")
    print(f"stream:    1 day, {sent:,} messages in {stream_s[0]:.2f} s")
    print(f"published: 1 day, {sent:,} messages in {live_s[0]:.1f} s, {sent / live_s[0]:,.0f} a second")
    print(
        f"mixed:     1 day, {own} formats, {mixed:,} messages in {in_s:.1f} s, {mixed / in_s:,.0f} a second"
    )
    print(f"           published, with every fault: {out_s:,.0f} a second")
    for name, lot in million.items():
        rates = f"{lot.visits:,} visits, {lot.items:,} items in {lot.seconds:.1f} s, {lot.peak_mb} MB at most"
        print(f"million:   {name}: {rates}")
    year = million["1 usual"]
    figures: dict[str, float] = {
        "history_s": round(history_s[0], 2),
        "items_per_s": round(items / history_s[0]),
    }
    figures |= {"mixed_per_s": round(mixed / in_s), "million_s": round(year.seconds, 1)}
    print(json.dumps({"days": days, **figures, "published_per_s": round(sent / live_s[0])}))


def _mixed(sites: SiteFile, day: datetime) -> tuple[int, int, float, float]:
    """Devices of all formats, each every ten seconds: messages, formats, seconds to make them, published a second."""
    sites = mixed_formats(sites)
    scenario = Scenario(
        id="mixed", title=_NAME, about=_NAME, characters=(Character(device="*", interval_s=10),)
    )
    with _watch() as made_s:
        made = sum(len(lot) for lot in stream.messages(sites, day, END, scenario=scenario))
    world = World(sites, scenario=scenario)
    speaking = {
        f.name for f in install(world.ground, 1, characters=world.scenario.characters).formats.values()
    }
    faulty = replace(scenario, faults=every_fault(day + timedelta(hours=6)))
    six_hours = day + timedelta(hours=6), day + timedelta(hours=12)
    sent = sum(len(lot) for lot in stream.messages(sites, *six_hours, scenario=faulty))
    with servers.broker() as broker, _watch() as live_s:
        settings = Settings(mqtt_port=broker.port)
        live.run(
            sites, settings, stop=threading.Event(), start=six_hours[0], end=six_hours[1], scenario=faulty
        )
    return made, len(speaking), made_s[0], sent / live_s[0]


MAKES: Final = {
    "*entrance": ("lorawan", "Milesight VS133"),
    "count-stairs-*": ("milesight", "Milesight VS125"),
    "count-lift-*": ("native", "clockless"),
    "*-gate": ("xovis", ""),
    "count-[a-l]*-door": ("axis", ""),
    "count-[m-z]*-door": ("fiware", ""),
    "presence-m*-1": ("lorawan", "ELSYS ERS Eye presence"),
    "presence-m*-2": ("zigbee2mqtt", "presence"),
}


def mixed_formats(sites: SiteFile) -> SiteFile:
    """Return the example's devices, each of a make that the simulator speaks."""
    return SiteFile(sites=tuple(replace(s, sensors=tuple(map(_of_a_make, s.sensors))) for s in sites.sites))


def _of_a_make(sensor: Sensor) -> Sensor:
    made = next((made for name, made in MAKES.items() if fnmatchcase(sensor.device, name)), None)
    other = replace(sensor, source=made[0], model=made[1]) if made else sensor
    return other if format_of(other) else sensor


def every_fault(begins: datetime) -> tuple[Fault, ...]:
    """One of each kind after the other, for twenty minutes each."""
    return tuple(
        Fault(
            device="*",
            kind=kind,
            begins=begins + n * timedelta(minutes=20),
            minutes=20,
            seconds=60,
            share=0.3,
        )
        for n, kind in enumerate(get_args(FaultKind))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What some years of the large library took."""

    visits: int
    items: int
    seconds: float
    peak_mb: int


def _alone(years: int, what: str) -> Lot:
    """Measure in a process that does nothing else, so that its largest memory is that of the years alone."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_large, years, what).result()


def _large(years: int, what: str) -> Lot:
    sites, items, visits = large_library(), 0, 0
    scenario = changed_library() if what == "changed" else ORDINARY
    world, began = World(sites, scenario=scenario), time.perf_counter()
    start = END - timedelta(days=365 * years)
    for lot in backfill.messages(sites, start, END, scenario=scenario):
        items += sum(m.payload.count(b'"time"') for m in lot)
    took = time.perf_counter() - began
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for first, last in world.chunks(start, END):
        visits += len(entries(world.ground, 0, world.days(first, last)))
    return Lot(visits=visits, items=items, seconds=took, peak_mb=peak_mb)


KINDS = (
    "reading",
    "shelves",
    "children",
    "cafe",
    "exhibition",
    "meeting",
    "studio",
    "hall",
    "lending",
    "reading",
)


def large_library() -> SiteFile:
    """Return a library of 30 spaces on three storeys, a counter on each door and a million visits a year."""
    storeys = [f"storey-{n}" for n in range(3)]
    rooms = [(f"room-{n}", storeys[n % 3], KINDS[n % len(KINDS)]) for n in range(26)]
    spaces = [Space(id=s, name=_NAME, kind="foyer", capacity=60) for s in storeys]
    spaces += [
        Space(id=room, name=_NAME, kind=kind, parent=storey, capacity=60) for room, storey, kind in rooms
    ]
    doors = [("entrance", "outside", storeys[0]), ("stairs-1", *storeys[:2]), ("stairs-2", *storeys[1:])]
    doors += [(f"{room}-door", storey, room) for room, storey, _ in rooms]
    library = parse(EXAMPLE.read_text(encoding="utf-8")).sites[0]
    site = replace(
        library,
        id="large",
        capacity=1500,
        spaces=tuple(spaces),
        portals=tuple(Portal(id=name, name=_NAME, outer=outer, inner=inner) for name, outer, inner in doors),
        sensors=tuple(Sensor(device=f"count-{name}", portal=name) for name, _, _ in doors),
    )
    return SiteFile(sites=(site,))


def changed_library() -> Scenario:
    """Half the house closed for eleven weeks, and an event each Wednesday."""
    spaces = tuple(f"room-{n}" for n in range(0, 26, 2))
    evening = Event(
        site="large",
        space="kind:hall",
        title=_NAME,
        fill=0.9,
        start=clock(18),
        minutes=75,
        weekdays=("wednesday",),
    )
    closing = Closing(site="large", spaces=spaces, first=date(2026, 2, 2), last=date(2026, 4, 19))
    return Scenario(id="changed", title=_NAME, about=_NAME, closings=(closing,), events=(evening,))


@contextmanager
def _watch() -> Iterator[list[float]]:
    """Yield a list that holds the seconds the block took, once it has ended."""
    took: list[float] = []
    began = time.perf_counter()
    yield took
    took.append(time.perf_counter() - began)


def many(copies: int) -> None:
    """Measure an hour of a whole city's sensors, on one core and through one connection."""
    example = parse(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE.name)
    city = SiteFile(sites=tuple(_copy(site, n, example) for n in range(copies) for site in example.sites))
    end = datetime(2026, 11, 24, 12, tzinfo=UTC)
    start = end - timedelta(hours=1)
    sensors = sum(len(site.sensors) for site in city.sites)
    sent = sum(len(lot) for lot in stream.messages(city, start, end))
    with servers.broker() as broker, _watch() as live_s:
        began = time.process_time()
        live.run(city, Settings(mqtt_port=broker.port), stop=threading.Event(), start=start, end=end)
        cpu_s = time.process_time() - began
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"many:      {sensors:,} sensors, {sent:,} messages of an hour in {live_s[0]:.1f} s; {peak_mb} MB")
    figures = {"per_s": round(sent / live_s[0]), "per_cpu_s": round(sent / cpu_s)}
    print(json.dumps({"sensors": sensors, "messages": sent, **figures, "peak_mb": peak_mb}))


def _copy(site: Site, number: int, example: SiteFile) -> Site:
    """Return the same site under another name, joined to the copies of its neighbours."""
    names = {s.id for s in example.sites}

    def renamed(end: str) -> str:
        first, _, rest = end.partition("/")
        return f"{first}-{number}/{rest}" if rest else f"{end}-{number}" if end in names else end

    portals = (replace(p, outer=renamed(p.outer), inner=renamed(p.inner)) for p in site.portals)
    spaces = (replace(s, parent=renamed(s.parent)) for s in site.spaces)
    return replace(site, id=f"{site.id}-{number}", portals=tuple(portals), spaces=tuple(spaces))


if __name__ == "__main__" and sys.argv[1:2] == ["many"]:
    many(int(sys.argv[2]) if len(sys.argv) > 2 else 70)
elif __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3 * 365)
