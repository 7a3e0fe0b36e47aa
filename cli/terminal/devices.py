"""Output of `besok device`: sensors, and suggested placements of unassigned ones."""

from collections.abc import Iterator, Sequence

from besok.analytics.placement import Suggestion
from besok.model.metrics import METRICS
from besok.model.views.devices import SHOWN_DEVICES, DeviceInfo, LastReading
from besok.services.unplaced_devices import UnassignedSensor, latest
from besok.store.device_mappings import DeviceMapping
from cli.terminal.tables import cell, listing, show

STATES = {"live": "online", "late": "delayed", "stale": "offline", "none": "never seen"}


def show_devices(devices: Sequence[DeviceInfo]) -> None:
    """Print the devices, those without a place first."""
    show(
        sorted(devices, key=lambda d: (not d.placements, d.source, d.device)),
        "source device model",
        places=lambda d: (
            [*dict.fromkeys(f"{p.site}/{p.portal or p.space}" for p in d.placements)] or "not placed"
        ),
        state=lambda d: f"placed from {cell(d.awaited)}" if d.awaited else STATES[d.freshness],
        heard=lambda d: d.heard,
        clock=lambda d: d.clock_problem,
    )


def unassigned(sensors: Sequence[UnassignedSensor]) -> Iterator[str]:
    """Yield a line for each channel of unassigned sensors: its topic, its readings, where it may be mounted."""
    yield from listing(
        [
            (one.device, *pair)
            for one in sensors
            for pair in zip(one.device.channels, one.suggestions, strict=True)
        ],
        "",
        source=lambda row: row[0].source,
        device=lambda row: row[0].device,
        model=lambda row: row[0].model,
        heard=lambda row: row[0].heard,
        topic=lambda row: row[0].topic,
        channel=lambda row: row[1].channel,
        readings=lambda row: [*map(reading, latest(row[1].readings))],
        place=lambda row: verdict(row[2]),
    )
    if len(sensors) >= SHOWN_DEVICES:
        yield f"Only the {len(sensors)} that were heard last are shown."


def lines(sensors: Sequence[UnassignedSensor]) -> Iterator[str]:
    """Yield sections for the site file, with what is known of each as comments."""
    for sensor in sensors:
        for s in sensor.suggestions:
            if s.reason == "not_people":
                continue
            yield f"# {sensor.device.device} {s.channel}: {verdict(s)}"
            if s.taken:
                yield "# A sensor counts here already, and both would. If this one replaces it, take that one out."
            if s.uncounted:
                yield f"# Take out counted = false at the portal {s.portal}."
            yield f"# Put this among the sensors of {s.site or 'its site'}:"
            yield s.toml


def show_mappings(mappings: Sequence[DeviceMapping]) -> None:
    """Print the answered mappings: number, topic, meaning, place and author."""
    show(
        mappings,
        "id mapping.topic",
        meaning=lambda one: [f"{key} = {path}" for key, path in one.mapping.values.items()],
        places=lambda one: [f"{one.site}/{s.portal or s.space}{' swapped' * s.swapped}" for s in one.sensors],
        since=lambda one: one.since,
        author=lambda one: one.author,
        made=lambda one: one.made,
        replayed=lambda one: one.replayed,
    )


def verdict(s: Suggestion) -> str:
    """Return the suggested place, its certainty, and the reason."""
    if s.sure == "none":
        return f"no suggestion: {s.why}"
    what, name = ("portal", s.portal) if s.portal else ("space", s.space)
    return f"{what} {name} of {s.site} ({'sure' if s.sure == 'strong' else 'a guess'}): {s.why}"


def reading(r: LastReading) -> str:
    """`in 3 people`, `occupied 1`."""
    unit = METRICS[r.metric].unit if r.metric in METRICS else ""
    return f"{r.metric} {r.value:g}" + (f" {unit}" if unit and unit != "0/1" else "")
