"""*Sensors*: what needs attention, which are heard, which nobody has placed, and what could not be read."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from dash import html

from besok.model import calendar
from besok.model.site import Site
from besok.model.views.devices import SHOWN_DEVICES, DeviceInfo
from besok.model.views.live import SiteInfo
from besok.model.views.quarantine import QuarantineGroup
from besok.services import access
from besok.services.attention import get_coverage, get_findings
from besok.services.calibration import get_calibration
from besok.services.devices import get_devices, get_rejected, get_unplaced
from besok.services.headcounts import get_headcounts
from besok.services.health import not_receiving_since
from besok.services.unknown_devices import SHOWN_TOPICS, UnknownDevice, get_unknown
from besok.services.unplaced_devices import Lookup, UnassignedSensor, look_up, suggest_placements
from besok.store import quarantine_decisions, sites
from besok.store.database import Database
from besok.store.voids import listing
from besok.text import formats
from besok.text.languages import _, named, plural
from dashboard.address import Address
from dashboard.components import (
    attention,
    headcounts,
    notices,
    quarantine,
    rejected_messages,
    unknown_devices,
    unplaced_devices,
    validation_counts,
    voids,
)
from dashboard.components.chart import sheet
from dashboard.components.elements import chip, data
from dashboard.components.live_parts import sensor_state

SHOWN = 20  # rejected messages
RESOLVED = timedelta(days=30)  # in which what was resolved is still shown


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """Return the sensors of a site, then what concerns all sites."""
    mine = get_devices(db, site.site, now=now)
    built = sites.load_all(db)
    place = next(place for place in built if place.id == site.site)
    names, today = place_names(place), calendar.business_day(now, place)
    of_none = access.may("diagnose")  # what belongs to no site yet
    lookup = look_up(db, address.get("sensor"), built)
    unplaced = suggest_placements(get_unplaced(db, now), built, lookup.shown) if of_none else []
    unknown = get_unknown(db) if of_none else []
    places = {name: text for b in built for name, text in place_names(b).items()}
    held, decided = quarantine_decisions.groups(db, site.site), quarantine_decisions.decisions(db, site.site)
    wrong = get_findings(db, site.site, now=now, resolved_for=RESOLVED)
    title = _("Sensors of {site}").format(site=named(site.name))
    return html.Div(
        [
            *notices.simulated(site.sandbox),
            *notices.not_receiving(not_receiving_since(db, now), site.timezone, now),
            html.H1(title),
            html.P(
                [summary(mine), *attention.waiting(wrong), *_waiting(unplaced, unknown, held)],
                className="finding",
            ),
            html.H2(_("What needs attention"), id="attention"),
            attention.section(wrong, site.timezone, any(d.freshness in ("stale", "none") for d in mine)),
            html.H2(_("All sensors")),
            _devices(mine, names, site, now, _worked(db, site.site, today, now)),
            html.H2(_("Validation counts"), id="beside"),
            validation_counts.section(get_calibration(db, site.site, now), site.timezone),
            html.H2(_("Voided readings"), id="voided"),
            voids.section(listing(db, site.site), mine, sensor_names(mine, names), site.site, site.timezone),
            html.H2(_("Headcounts"), id="headcounts"),
            headcounts.section(get_headcounts(db, place, now), site.timezone),
            html.H2(_("Quarantine"), id="quarantine"),
            quarantine.section(held, decided, places, site.site, site.timezone),
            *(_of_no_site(db, site, place, places, unplaced, unknown, lookup, now) if of_none else []),
        ],
        className="page",
        **data(title=title),
    )


def _of_no_site(
    db: Database,
    site: SiteInfo,
    place: Site,
    places: Mapping[str, str],
    unplaced: Sequence[UnassignedSensor],
    unknown: Sequence[UnknownDevice],
    looked: Lookup,
    now: datetime,
) -> list[Any]:
    """Return the devices and messages that nobody has placed."""
    return [
        html.H2(_("Unassigned sensors"), id="strangers"),
        unplaced_devices.section(unplaced, place, places, looked, now),
        html.H2(_("Unknown devices"), id="unknown"),
        unknown_devices.section(unknown, place, now),
        html.H2(_("Rejected messages"), id="rejected"),
        rejected_messages.section(get_rejected(db, SHOWN), site.timezone),
    ]


def summary(devices: Sequence[DeviceInfo]) -> str:
    """`21 sensors: 1 is silent, 2 were never heard.`"""
    if not devices:
        return _("No sensor is placed here yet.")
    silent = sum(d.freshness == "stale" for d in devices)
    never = sum(d.freshness == "none" for d in devices)
    late = sum(d.freshness == "late" for d in devices)
    text = plural("{n} sensor", "{n} sensors", len(devices)).format(n=len(devices))
    states = [
        *([plural("{n} is offline", "{n} are offline", silent).format(n=silent)] if silent else []),
        *([plural("{n} is delayed", "{n} are delayed", late).format(n=late)] if late else []),
        *([plural("{n} was never seen", "{n} were never seen", never).format(n=never)] if never else []),
    ] or [plural("it is online", "all are online", len(devices))]
    return f"{text}: {', '.join(states)}."


def _waiting(
    unplaced: Sequence[UnassignedSensor],
    unknown: Sequence[UnknownDevice],
    quarantined: Sequence[QuarantineGroup] = (),
) -> list[Any]:
    """Return how many wait for a place, for an answer and for a decision, leading to them."""
    n, count, devices = len(unplaced), len(unknown), len({group.device for group in quarantined})
    text = plural("{n} more is unassigned.", "{n} more are unassigned.", n)
    text = text.format(n=f"{n}+" if n >= SHOWN_DEVICES else n)
    line = plural("{n} unknown device waits for an answer.", "{n} unknown devices wait for an answer.", count)
    line = line.format(n=f"{count}+" if count >= SHOWN_TOPICS else count)
    withheld = plural(
        "Readings of {n} sensor do not count.", "Readings of {n} sensors do not count.", devices
    )
    withheld = withheld.format(n=devices)
    return [
        *([" ", html.A(text, href="#strangers")] if unplaced else []),
        *([" ", html.A(line, href="#unknown")] if unknown else []),
        *([" ", html.A(withheld, href="#quarantine")] if quarantined else []),
    ]


def state(device: DeviceInfo) -> Any:
    """Return the chip of a sensor."""
    level = "calm" if device.freshness == "live" else "moderate"
    return chip(sensor_state(device.freshness), state=device.freshness, level=level)


def _worked(db: Database, site: str, today: date, now: datetime) -> Mapping[str, float]:
    """Return the share of the last seven whole days in which each device worked; of its worst channel."""
    channels: dict[tuple[str, str], list[float]] = {}
    for c in get_coverage(db, site, today - timedelta(days=7), today - timedelta(days=1), now=now):
        if c.coverage is not None:
            channels.setdefault((c.device, c.channel), []).append(c.coverage)
    worked: dict[str, float] = {}
    for (device, _channel), shares in channels.items():
        worked[device] = min(worked.get(device, 1.0), sum(shares) / len(shares))
    return worked


def _devices(
    devices: Sequence[DeviceInfo],
    names: Mapping[str, str],
    site: SiteInfo,
    now: datetime,
    worked: Mapping[str, float],
) -> Any:
    """Silent ones first, then by the place that they observe, which people know better than a sensor's id."""
    if not devices:
        return notices.nothing(
            _("No sensors are placed here"),
            _("Those that are sending are listed below, under Unassigned sensors."),
        )
    order = {"stale": 0, "none": 1, "late": 2, "live": 3}
    off = any(clock(d) for d in devices)

    def row(d: DeviceInfo) -> list[Any]:
        uptime = formats.percent(worked.get(d.device.rpartition("/")[2], worked.get(d.device)))
        name = html.Span(d.device.removeprefix(f"{site.site}/"), className="device")
        cells = [_places(d, names), state(d), last_seen(d, site.timezone, now), uptime, name]
        return [*cells, clock(d)] if off else cells

    header = [_("Observes"), _("State"), _("Last seen"), _("Uptime, 7 days"), _("Sensor")]
    ordered = sorted(devices, key=lambda d: (order[d.freshness], _places(d, names)))
    return sheet([*header, _("Clock")] if off else header, [row(d) for d in ordered], _("All sensors"))


def last_seen(device: DeviceInfo, zone: str, now: datetime) -> str:
    """Return when the device was last heard, at the site: the hour if that was today, else the day too."""
    return formats.lately(device.heard, zone, now) if device.heard else formats.UNKNOWN


def place_names(site: Site) -> dict[str, str]:
    """Return what the portals and spaces of a site are called."""
    spaces = {s.id: named(s.name) for s in site.spaces}
    return spaces | {p.id: named(p.name) for p in site.portals} | {site.id: named(site.name)}


def sensor_names(devices: Sequence[DeviceInfo], names: Mapping[str, str]) -> dict[str, str]:
    """Return what sensors are called by people: by the place that they observe, then their own name."""
    return {d.device: f"{_places(d, names)} ({d.device})" for d in devices}


def clock(device: DeviceInfo) -> str:
    """Return how far off a device's clock is, where it is a problem."""
    off = device.clock_offset_s
    if not device.clock_problem or off is None:
        return ""
    minutes = formats.number(abs(off) / 60, 1)
    return (_("{n} min ahead") if off > 0 else _("{n} min behind")).format(n=minutes)


def _places(device: DeviceInfo, names: Mapping[str, str]) -> str:
    ids = (p.portal or p.space or "" for p in device.placements)
    return ", ".join(names.get(place, place) for place in ids)
