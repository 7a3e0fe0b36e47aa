"""Output of `besok device`: sensors, and suggested places of unassigned ones."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from besok.analytics.placement import Suggestion
from besok.model.metrics import METRICS
from besok.model.plurals import many
from besok.model.views.devices import SHOWN_DEVICES, DeviceInfo, LastReading, Voided
from besok.services.unplaced_devices import UnassignedSensor, latest
from besok.store.device_mappings import DeviceMapping

STATES = {"live": "online", "late": "delayed", "stale": "offline", "none": "never seen"}


def listing(devices: Sequence[DeviceInfo], now: datetime) -> Iterator[str]:
    """Yield a line for each device: its placements, status and last reading."""
    for d in sorted(devices, key=lambda d: (not d.placements, d.source, d.device)):
        places = (
            ", ".join(dict.fromkeys(f"{p.site}/{p.portal or p.space}" for p in d.placements)) or "not placed"
        )
        when = f", {age(d.heard, now)} ago" if d.heard else ""
        problem = f"; {d.clock_problem}" if d.clock_problem else ""
        yield f"{d.source} {d.device}{_model(d.model)}: {places}; {STATES[d.freshness]}{when}{problem}"


def strangers(found: Sequence[UnassignedSensor], now: datetime) -> Iterator[str]:
    """Yield lines for each unassigned sensor: its topic, its readings, where it may be mounted."""
    for stranger in found:
        d = stranger.device
        heard = f"heard {age(d.heard, now)} ago" + (f" on {d.topic}" if d.topic else "")
        yield f"{d.source} {d.device}{_model(d.model)}: {heard}"
        for channel, suggestion in zip(d.channels, stranger.suggestions, strict=True):
            said = ", ".join(map(reading, latest(channel.readings)))
            yield f"    {channel.channel}: {said}"
            yield f"        {verdict(suggestion)}"
    if len(found) >= SHOWN_DEVICES:
        yield f"Only the {len(found)} that were heard last are shown."


def lines(found: Sequence[UnassignedSensor]) -> Iterator[str]:
    """Yield sections for the site file, with what is known of each as comments."""
    for stranger in found:
        for s in stranger.suggestions:
            if s.reason == "not_people":
                continue
            yield f"# {stranger.device.device} {s.channel}: {verdict(s)}"
            if s.taken:
                yield "# A sensor counts here already, and both would. If this one replaces it, take that one out."
            if s.uncounted:
                yield f"# Take out counted = false at the portal {s.portal}."
            yield f"# Put this among the sensors of {s.site or 'its site'}:"
            yield s.toml


def mappings(found: Sequence[DeviceMapping]) -> Iterator[str]:
    """Yield lines for each mapping that a person has made: number, topic, meaning, place and author."""
    for one in found:
        said = ", ".join(f"{key} = {path}" for key, path in one.mapping.values.items())
        places = ", ".join(f"{one.site}/{s.portal or s.space}{' swapped' * s.swapped}" for s in one.sensors)
        since = f" since {one.since:%Y-%m-%d %H:%M} UTC" if one.since else ""
        waiting = "" if one.replayed else ", kept messages not read yet"
        yield f"{one.id}  {one.mapping.topic}: {said}"
        yield f"    {places or 'no place'}{since}; {one.author}, {one.made:%Y-%m-%d %H:%M} UTC{waiting}"


def voids(found: Sequence[Voided]) -> Iterator[str]:
    """Yield lines for each time that was voided: number, device, time, what went, why, and its undo."""
    for one in found:
        above = "" if one.above is None else f", readings above {one.above:g}"
        span = f"{one.first:%Y-%m-%d %H:%M} to {one.last:%Y-%m-%d %H:%M} UTC"
        yield f"{one.id}  {one.source} {one.device}: {span}{above}"
        who = f"({one.author}, {one.made:%Y-%m-%d %H:%M} UTC)"
        yield f"    {many(one.readings, 'reading')}, {many(one.people, 'person', 'people')}: {one.reason} {who}"
        if one.undone:
            yield f"    undone: {one.undone_why} ({one.undone_by}, {one.undone:%Y-%m-%d %H:%M} UTC)"


def verdict(s: Suggestion) -> str:
    """Return where it may hang, how sure that is, and why."""
    if s.sure == "none":
        return f"no suggestion: {s.why}"
    what, name = ("portal", s.portal) if s.portal else ("space", s.space)
    return f"{what} {name} of {s.site} ({'sure' if s.sure == 'strong' else 'a guess'}): {s.why}"


def reading(r: LastReading) -> str:
    """`in 3 people`, `occupied 1`."""
    unit = METRICS[r.metric].unit if r.metric in METRICS else ""
    return f"{r.metric} {r.value:g}" + (f" {unit}" if unit and unit != "0/1" else "")


def age(then: datetime, now: datetime) -> str:
    """`12 s`, `3 min`, `5 h`, `2 days`."""
    seconds = max((now - then).total_seconds(), 0)
    for length, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def _model(model: str) -> str:
    return f" ({model})" if model else ""
