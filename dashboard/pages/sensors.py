"""*Sensors*: what needs attention, which are heard, which nobody has placed, and what could not be read."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from dash import html

from besok import services
from besok.model import calendar
from besok.model.site import Site
from besok.model.views.devices import SHOWN_DEVICES, DeviceInfo, RejectedMessage
from besok.model.views.live import SiteInfo
from besok.services.calibration import calibration
from besok.services.unplaced_devices import Stranger, introduce
from besok.store import sites
from besok.store.database import Database
from besok.text import formats
from besok.text.languages import _, named, plural
from dashboard.address import Address
from dashboard.components import attention, beside, notices, unplaced_devices
from dashboard.components.attrs import HIDDEN, data
from dashboard.components.banner import sandbox
from dashboard.components.chart import sheet

SHOWN = 20  # rejected messages
RESOLVED = timedelta(days=30)  # in which what was resolved is still shown


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """The sensors of a site, then what concerns all sites."""
    mine = services.devices(db, site.site, now=now)
    built = sites.load_all(db)
    place = next(place for place in built if place.id == site.site)
    names, today = place_names(place), calendar.business_day(now, place)
    unplaced = introduce(services.unplaced(db, now), built)
    places = {name: text for b in built for name, text in place_names(b).items()}
    refused = services.rejected(db, SHOWN)
    wrong = services.findings(db, site.site, now=now, resolved_for=RESOLVED)
    title = _("Sensors of {site}").format(site=named(site.name))
    return html.Div(
        [
            *([sandbox()] if site.sandbox else []),
            html.H1(title),
            html.P([summary(mine), *attention.waiting(wrong), *_waiting(unplaced)], className="finding"),
            html.H2(_("What needs attention"), id="attention"),
            attention.section(wrong, site.timezone, any(d.freshness in ("stale", "none") for d in mine)),
            html.H2(_("All sensors")),
            _devices(mine, names, site, now, _worked(db, site.site, today, now)),
            html.H2(_("Counted beside the sensors"), id="beside"),
            beside.section(calibration(db, site.site, now), site.timezone),
            html.H2(_("Heard, but not placed"), id="strangers"),
            unplaced_devices.section(unplaced, places, now),
            html.H2(_("Messages nobody could read")),
            _rejected(refused, site.timezone),
        ],
        className="page",
        **data(title=title),
    )


def summary(devices: Sequence[DeviceInfo]) -> str:
    """`21 sensors: 1 is silent, 2 were never heard.`"""
    if not devices:
        return _("No sensor is placed here yet.")
    silent = sum(d.freshness == "stale" for d in devices)
    never = sum(d.freshness == "none" for d in devices)
    text = plural("{n} sensor", "{n} sensors", len(devices)).format(n=len(devices))
    said = [
        *([plural("{n} is silent", "{n} are silent", silent).format(n=silent)] if silent else []),
        *([plural("{n} was never heard", "{n} were never heard", never).format(n=never)] if never else []),
    ] or [plural("it is heard", "all are heard", len(devices))]
    return f"{text}: {', '.join(said)}."


def _waiting(unplaced: Sequence[Stranger]) -> list[Any]:
    """How many wait for a place, leading to them."""
    n = len(unplaced)
    text = plural("{n} more is heard and has no place yet.", "{n} more are heard and have no place yet.", n)
    text = text.format(n=f"{n}+" if n >= SHOWN_DEVICES else n)
    return [" ", html.A(text, href="#strangers")] if unplaced else []


def state(device: DeviceInfo) -> Any:
    """The chip of a sensor."""
    words = {"live": _("Heard"), "late": _("Late"), "stale": _("Silent"), "none": _("Never heard")}
    icon = html.Span(className="icon", **HIDDEN)
    attributes = data(state=device.freshness, level="calm" if device.freshness == "live" else "moderate")
    return html.Span(html.Span([icon, words[device.freshness]], className="chip"), **attributes)


def _worked(db: Database, site: str, today: date, now: datetime) -> Mapping[str, float]:
    """The share of the last seven whole days in which each device worked; of its worst channel."""
    channels: dict[tuple[str, str], list[float]] = {}
    for c in services.coverage(db, site, today - timedelta(days=7), today - timedelta(days=1), now=now):
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
            _("No sensors are placed here"), _("Name them in the site file, under sensors.")
        )
    order = {"stale": 0, "none": 1, "late": 2, "live": 3}
    off = any(clock(d) for d in devices)
    rows = [
        [
            _places(d, names),
            state(d),
            heard(d, site.timezone, now),
            _share(d, worked),
            html.Span(d.device.removeprefix(f"{site.site}/"), className="device"),
            *([clock(d)] if off else []),
        ]
        for d in sorted(devices, key=lambda d: (order[d.freshness], _places(d, names)))
    ]
    head = [
        _("Observes"),
        _("State"),
        _("Last heard"),
        _("Worked, 7 days"),
        _("Sensor"),
        *([_("Clock")] if off else []),
    ]
    return sheet(head, rows, _("All sensors"))


def _share(device: DeviceInfo, worked: Mapping[str, float]) -> str:
    """How much of the last week a device worked."""
    return formats.percent(worked.get(device.device.rpartition("/")[2], worked.get(device.device)))


def heard(device: DeviceInfo, zone: str, now: datetime) -> str:
    """When the device was last heard, at the site: the hour if that was today, else the day too."""
    return formats.lately(device.heard, zone, now) if device.heard else formats.UNKNOWN


def place_names(site: Site) -> dict[str, str]:
    """What the portals and spaces of a site are called."""
    spaces = {s.id: named(s.name) for s in site.spaces}
    return spaces | {p.id: named(p.name) for p in site.portals} | {site.id: named(site.name)}


def clock(device: DeviceInfo) -> str:
    """How far off a device's clock is, where it is a problem."""
    off = device.clock_offset_s
    if not device.clock_problem or off is None:
        return ""
    minutes = formats.number(abs(off) / 60, 1)
    return (_("{n} min ahead") if off > 0 else _("{n} min behind")).format(n=minutes)


def _places(device: DeviceInfo, names: Mapping[str, str]) -> str:
    ids = (p.portal or p.space or "" for p in device.placements)
    return ", ".join(names.get(place, place) for place in ids)


def _rejected(messages: Sequence[RejectedMessage], zone: str) -> Any:
    if not messages:
        return html.P(_("None."), className="quiet")
    rows = [
        [
            formats.stamp(m.received, zone),
            m.topic,
            _reason(m),
            html.Code(m.payload[:80] + ("…" if len(m.payload) > 80 else "")),
        ]
        for m in messages
    ]
    head = [_("Received"), _("Topic"), _("Reason"), _("Message")]
    what = _("Each is kept, without what is personal. What the reasons mean and what to do:")
    return html.Div(
        [
            html.P([what, " ", html.Code(f"{unplaced_devices.DOCS}")], className="quiet"),
            sheet(head, rows, _("Messages nobody could read")),
        ]
    )


def _reason(message: RejectedMessage) -> Any:
    """The reason; where it goes on with lines for the site file, those to be copied."""
    sentence, _newline, lines = message.reason.partition("\n")
    if not lines:
        return sentence
    toml = unplaced_devices.to_copy(lines, message.topic)
    return html.Div([sentence, html.Details([html.Summary(_("Lines for the site file")), toml])])
