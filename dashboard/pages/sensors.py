"""*Sensors*: what needs attention, which are heard, which nobody has placed, and what could not be read."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dash import html

from besok.model import calendar
from besok.model.site import Site
from besok.model.views.devices import SHOWN_DEVICES, DeviceInfo, HeardLine
from besok.model.views.live import SiteInfo
from besok.model.views.quarantine import QuarantineGroup
from besok.services import access
from besok.services.attention import get_coverage, get_findings, was_checked
from besok.services.calibration import get_calibration, get_effects
from besok.services.devices import (
    get_devices,
    get_devices_today,
    get_rejected_alike,
    get_silent_lines,
    get_unplaced,
)
from besok.services.headcounts import get_headcounts
from besok.services.health import not_receiving_since
from besok.services.unknown_devices import SHOWN_TOPICS, UnknownDevice, get_unknown
from besok.services.unplaced_devices import Lookup, UnassignedSensor, look_up, suggest_placements
from besok.store import alerts, quarantine_decisions, sites
from besok.store.database import Database
from besok.store.voids import listing
from besok.text.languages import _, named, plural
from dashboard.address import Address
from dashboard.components import (
    attention,
    headcounts,
    notices,
    quarantine,
    rejected_messages,
    sensor_table,
    unknown_devices,
    unplaced_devices,
    validation_counts,
    voids,
)
from dashboard.components.elements import data
from dashboard.components.sensor_table import place_names, sensor_names

SHOWN = 20  # kinds of rejected messages
RESOLVED = timedelta(days=30)  # in which what was resolved is still shown
RENEWED_S = 60  # a sensor that falls silent is offline within minutes


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """Return the sensors of a site, then what concerns all sites."""
    mine, silent = get_devices(db, site.site, now=now), get_silent_lines(db, site.site, now)
    built = sites.load_all(db)
    place = next(place for place in built if place.id == site.site)
    names = place_names(place)
    of_none = access.may("diagnose", site.site)  # what belongs to no site yet
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
            attention.section(
                wrong,
                site.site,
                site.timezone,
                offline=bool(silent) or any(d.is_offline for d in mine),
                checked=was_checked(db, site.site),
                uncounted=uncounted(place, built, now),
            ),
            html.H2(_("All sensors")),
            sensor_table.section(
                _table(db, site, address, mine, silent, place, now),
                site.timezone,
                address,
                now,
                others=of_none,
            ),
            html.H2(_("Validation counts"), id="beside"),
            _validation(db, site, now),
            html.H2(_("Voided readings"), id="voided"),
            voids.section(listing(db, site.site), mine, sensor_names(mine, names), site.site, site.timezone),
            html.H2(_("Headcounts"), id="headcounts"),
            headcounts.section(get_headcounts(db, place, now), site.timezone),
            html.H2(_("Quarantine"), id="quarantine"),
            quarantine.section(held, decided, places, site.site, site.timezone),
            *(_of_no_site(db, site, place, places, unplaced, unknown, lookup, now) if of_none else []),
        ],
        className="page",
        **data(title=title, renew=str(RENEWED_S), renewed=""),
    )


def uncounted(place: Site, built: Sequence[Site], now: datetime) -> list[str]:
    """Return the names of doors that should be counted and have no sensor now, where other doors of the place have."""
    without: list[str] = []
    counts = False
    for owner in built:
        sensors = [s for s in owner.sensors if s.role == "primary" and calendar.is_placed(s, owner, now)]
        observed, today = {s.portal for s in sensors}, calendar.business_day(now, owner)
        for door in owner.portals:
            here = owner is place or any(end.startswith(f"{place.id}/") for end in (door.outer, door.inner))
            if here and door.counted and door.used(today):
                counts |= door.id in observed
                without += [] if door.id in observed else [named(door.name)]
    return without if counts else []


def _table(
    db: Database,
    site: SiteInfo,
    address: Address,
    devices: Sequence[DeviceInfo],
    silent: Sequence[HeardLine],
    place: Site,
    now: datetime,
) -> list[sensor_table.SensorRow]:
    """Return the sensors as the table shows them; the uptime of whole days, since today is not over."""
    today = calendar.business_day(now, place)
    first = today - timedelta(days=sensor_table.shown_days(address))
    coverage = get_coverage(db, site.site, first, today - timedelta(days=1), now=now)
    sent = get_devices_today(db, site.site, calendar.day_bounds(today, place)[0], now)
    works = alerts.maintenance(db, site.site, now)
    return sensor_table.rows(devices, place_names(place), site.site, sent, coverage, works, silent)


def _validation(db: Database, site: SiteInfo, now: datetime) -> Any:
    known = get_calibration(db, site.site, now)
    decides = access.may("acknowledge", site.site)
    effects = get_effects(db, site.site, known.history, now) if decides else {}
    return validation_counts.section(known, effects, site.timezone)


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
        rejected_messages.section(get_rejected_alike(db, SHOWN), site.timezone),
    ]


def summary(devices: Sequence[DeviceInfo]) -> str:
    """`21 sensors: 1 is silent, 2 were never heard.`"""
    if not devices:
        return _("No sensor is placed here yet.")
    awaited = sum(d.awaited is not None for d in devices)
    silent, never, late = (
        sum(d.freshness == state and not d.awaited for d in devices) for state in ("stale", "none", "late")
    )
    text = plural("{n} sensor", "{n} sensors", len(devices)).format(n=len(devices))
    states = [
        *([plural("{n} is offline", "{n} are offline", silent).format(n=silent)] if silent else []),
        *([plural("{n} is delayed", "{n} are delayed", late).format(n=late)] if late else []),
        *([plural("{n} was never seen", "{n} were never seen", never).format(n=never)] if never else []),
        *([plural("{n} starts later", "{n} start later", awaited).format(n=awaited)] if awaited else []),
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
