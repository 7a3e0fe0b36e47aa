"""The table of a site's sensors, sorted as the address says, and a calendar of the days on which each one worked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from dash import dcc, html

from besok.model.site import Site
from besok.model.views.alerts import MaintenanceInfo
from besok.model.views.attention import ChannelCoverage
from besok.model.views.devices import DeviceInfo, DeviceToday, HeardLine
from besok.text import formats
from besok.text.languages import _, collation_key, named, plural
from dashboard.address import Address
from dashboard.components import notices
from dashboard.components.chart import sheet
from dashboard.components.elements import aria, chip, data, present, quiet
from dashboard.components.live_parts import device_state

WEEK, MONTH = 7, 28  # whole days of which the uptime is shown
RARE: Final = ("battery", "clock")  # columns that only some sites have
STEPS: Final = 4  # shades of a day of the calendar
ORDER: Final = {"stale": 0, "none": 1, "late": 2, "live": 3}  # of states, the worst first
AWAITED: Final = 4  # placed from a later day on

Days = Mapping[date, float]  # the share of each day in which a sensor worked


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorRow:
    """A sensor as the table shows it."""

    device: DeviceInfo
    place: str
    name: str
    today: DeviceToday
    days: Days
    maintained: datetime | None = None  # until then it raises no alert
    silent: Sequence[HeardLine] = ()  # lines of the sensors of its site that are

    @property
    def uptime(self) -> float | None:
        """Share of the days shown in which it worked."""
        return _mean(self.days) if self.days else None


class _Column(NamedTuple):
    """A column: its name in the address, its title, what it is sorted by (None comes last), and its cell."""

    name: str
    title: str
    key: Callable[[SensorRow], Any]
    cell: Callable[[SensorRow], Any]


def shown_days(address: Address) -> int:
    """Return of how many whole days the table shows the uptime: a month where the calendar is asked for."""
    return MONTH if address.get("days") == str(MONTH) else WEEK


def rows(
    devices: Sequence[DeviceInfo],
    names: Mapping[str, str],
    site: str,
    today: Mapping[str, DeviceToday],
    coverage: Sequence[ChannelCoverage],
    works: Sequence[MaintenanceInfo] = (),
    silent: Sequence[HeardLine] = (),
) -> list[SensorRow]:
    """Return the sensors of a site with all that the table shows of them: until when maintenance goes on there, and
    which of their lines are silent.
    """
    worked = worst_channels(coverage)
    return [
        SensorRow(
            device=one,
            place=places(one, names),
            name=one.device.removeprefix(f"{site}/"),
            today=today.get(one.device, DeviceToday(device=one.device)),
            days=worked.get(one.device.removeprefix(f"{site}/"), {}),
            maintained=max(
                (work.until for work in works if not work.ended and work.subject in _subjects(one)),
                default=None,
            ),
            silent=silent,
        )
        for one in devices
    ]


def section(
    sensors: Sequence[SensorRow], zone: str, address: Address, now: datetime, *, others: bool = False
) -> Any:
    """Return the sensors in a table: those offline first, then by place, unless the address says otherwise.

    `others`: the page lists those without a place below.
    """
    if not sensors:
        below = _("Those that are sending are listed below, under Unassigned sensors and Unknown devices.")
        elsewhere = _("Administrators see those that are sending, and assign them.")
        return notices.nothing(_("No sensors are placed here"), below if others else elsewhere)
    month = shown_days(address) == MONTH
    columns = _columns(sensors, zone, now, month=month)
    wanted = address.get("sort")
    chosen = next((column for column in columns if column.name == wanted.removeprefix("-")), None)
    ordered = sorted(sensors, key=lambda s: (_rank(s), collation_key(s.place)))
    if chosen:
        known = [s for s in ordered if chosen.key(s) is not None]
        known.sort(key=chosen.key, reverse=wanted.startswith("-"))
        ordered = [*known, *(s for s in ordered if chosen.key(s) is None)]
    head = [_head(column, address, wanted) for column in columns]
    cells = [[column.cell(sensor) for column in columns] for sensor in ordered]
    other = _("Uptime, 7 days") if month else _("Day by day, 28 days")
    return html.Div(
        [
            sheet(head, cells, _("All sensors")),
            quiet(dcc.Link(other, href=address.href(days="" if month else str(MONTH)))),
        ]
    )


def _columns(sensors: Sequence[SensorRow], zone: str, now: datetime, *, month: bool) -> list[_Column]:
    """Return the columns; those of the battery and of the clock only where a sensor has something to show."""
    uptime = _("Uptime, 28 days") if month else _("Uptime, 7 days")
    columns = [
        _Column("place", _("Observes"), lambda s: collation_key(s.place), lambda s: s.place),
        _Column("state", _("State"), _rank, lambda s: _state(s, zone, now)),
        _Column("seen", _("Last seen"), lambda s: s.device.heard, lambda s: last_seen(s.device, zone, now)),
        _Column(
            "entries",
            _("Entries today"),
            lambda s: s.today.entries,
            lambda s: formats.number(s.today.entries),
        ),
        _Column("uptime", uptime, lambda s: s.uptime, lambda s: _uptime(s, month=month)),
        _Column("battery", _("Battery"), _level, _battery),
        _Column("sensor", _("Sensor"), lambda s: s.name, lambda s: html.Span(s.name, className="device")),
        _Column("clock", _("Clock"), _clock_error, lambda s: clock(s.device)),
    ]
    return [one for one in columns if one.name not in RARE or any(map(one.cell, sensors))]


def _head(column: _Column, address: Address, wanted: str) -> Any:
    """Return the head of a column: a link that sorts by it, and the other way round where that is so already."""
    sorted_by = {column.name: "ascending", f"-{column.name}": "descending"}.get(wanted)
    link = dcc.Link(
        column.title, href=address.href(sort=f"-{column.name}" if wanted == column.name else column.name)
    )
    return html.Th(link, scope="col", **(aria(sort=sorted_by) if sorted_by else {}))


def _rank(sensor: SensorRow) -> int:
    return AWAITED if sensor.device.awaited else ORDER[sensor.device.freshness]


def _clock_error(sensor: SensorRow) -> float | None:
    return sensor.device.clock_offset_s if clock(sensor.device) else None


def _level(sensor: SensorRow) -> tuple[bool, float] | None:
    """Return how full a battery is, or after all of these its voltage: lower ones first."""
    today = sensor.today
    level = today.battery_v if today.battery_pct is None else today.battery_pct
    return None if level is None else (today.battery_pct is None, level)


def _battery(sensor: SensorRow) -> str:
    percent, volts = sensor.today.battery_pct, sensor.today.battery_v
    if percent is not None:
        return formats.percent(percent / 100)
    return f"{formats.number(volts, 1)} V" if volts is not None else ""


def _uptime(sensor: SensorRow, *, month: bool) -> Any:
    share = formats.percent(sensor.uptime)
    return [html.Div(share), *([calendar(sensor.days)] if sensor.days else [])] if month else share


def calendar(days: Days) -> Any:
    """Return a small calendar: a row for each week, a shade for each day, and in words the days with gaps."""
    first, last = min(days), max(days)
    monday = first - timedelta(days=first.weekday())
    boxes = [
        html.Span(
            title=f"{formats.day_short(day)}: {formats.percent(days.get(day))}",
            **data(share=_shade(days.get(day))),
        )
        if day >= first
        else html.Span()
        for day in (monday + timedelta(days=n) for n in range((last - monday).days + 1))
    ]
    return html.Div(boxes, className="days", role="img", **aria(label=_gaps(days)))


def _shade(share: float | None) -> str:
    """Return the shade of a day: "0" without any data up to "4" of a whole day; "" where it is not known."""
    if share is None:
        return ""
    return "0" if share < 0.005 else str(max(1, int(share * STEPS + 0.02)))


def _gaps(days: Days) -> str:
    """Return on how many days a sensor worked all day, and on which hardly at all."""
    whole = sum(share >= 0.995 for share in days.values())
    text = plural(
        "Measured in full on {n} of {all} day", "Measured in full on {n} of {all} days", len(days)
    ).format(n=whole, all=len(days))
    empty = [formats.day_short(day) for day, share in days.items() if share < 0.005]
    missing = _("No data: {days}.").format(days=formats.several(empty)) if empty else ""
    return f"{text}. {missing}".strip()


def worst_channels(coverage: Sequence[ChannelCoverage]) -> dict[str, dict[date, float]]:
    """Return the share of each day in which each device worked; of the channel of it that worked least."""
    found: dict[str, dict[str, dict[date, float]]] = {}
    for one in coverage:
        if one.coverage is not None:
            found.setdefault(one.device, {}).setdefault(one.channel, {})[one.day] = one.coverage
    return {device: min(channels.values(), key=_mean) for device, channels in found.items()}


def _mean(days: Days) -> float:
    return sum(days.values()) / len(days)


def _subjects(device: DeviceInfo) -> set[str]:
    """Return what maintenance may be of that concerns a device."""
    places = {f"{p.site}/{p.portal or p.space}" for p in device.placements}
    return {device.device, *places, *(p.site for p in device.placements)}


def _state(sensor: SensorRow, zone: str, now: datetime) -> Any:
    until = sensor.maintained and _("Maintenance until {time}").format(
        time=formats.soon(sensor.maintained, zone, now)
    )
    silences = map(quiet, silent_places(sensor.device, sensor.silent, zone, now))
    return present(state(sensor.device, zone), *silences, quiet(until))


def silent_places(device: DeviceInfo, silent: Sequence[HeardLine], zone: str, now: datetime) -> list[str]:
    """Return from which places of a device nothing comes while it sends, of the silent lines of a site."""
    return [
        _("no counts from {place} since {time}").format(
            place=named(line.name), time=formats.lately(line.heard, zone, now)
        )
        for line in silent
        if not device.is_offline and (line.source, line.device) == (device.source, device.device)
    ]


def state(device: DeviceInfo, zone: str) -> Any:
    """Return the chip of a sensor."""
    level = "calm" if device.awaited or device.freshness == "live" else "moderate"
    return chip(device_state(device, zone), state="live" if device.awaited else device.freshness, level=level)


def last_seen(device: DeviceInfo, zone: str, now: datetime) -> str:
    """Return when the device was last heard, at the site: the hour if that was today, else the day too."""
    return formats.lately(device.heard, zone, now) if device.heard else formats.UNKNOWN


def clock(device: DeviceInfo) -> str:
    """Return how far off a device's clock is, where it is a problem."""
    off = device.clock_offset_s
    if not device.clock_problem or off is None:
        return ""
    return (_("{time} ahead") if off > 0 else _("{time} behind")).format(time=formats.duration(abs(off)))


def place_names(site: Site) -> dict[str, str]:
    """Return what the portals and spaces of a site are called."""
    spaces = {s.id: named(s.name) for s in site.spaces}
    return spaces | {p.id: named(p.name) for p in site.portals} | {site.id: named(site.name)}


def sensor_names(devices: Sequence[DeviceInfo], names: Mapping[str, str]) -> dict[str, str]:
    """Return what sensors are called by people: by the place that they observe, then their own name."""
    return {d.device: f"{places(d, names)} ({d.device})" for d in devices}


def places(device: DeviceInfo, names: Mapping[str, str]) -> str:
    """Return the names of the places that a device observes."""
    ids = (p.portal or p.space or "" for p in device.placements)
    return ", ".join(names.get(place, place) for place in ids)
