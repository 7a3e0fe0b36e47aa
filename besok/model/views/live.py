"""Sites and their spaces as they are built, and as they are now: how full, how fresh the figure, what it rests on."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import floor
from typing import Final, Literal

from besok.model.occupancy import Basis
from besok.model.site import Text

Freshness = Literal["live", "late", "stale", "none"]
Level = Literal["calm", "moderate", "busy", "full", "unknown"]

USUAL_S = 60  # seconds between the messages of a sensor
LATE_AFTER = timedelta(seconds=150)  # two missed messages of a usual sensor and a little patience
STALE_AFTER = timedelta(minutes=5)
ROUNDED: Final = 0.05  # people: by so much a figure may have been rounded


def patience(interval_s: float) -> float:
    """Return the factor of patience with a sensor that sends every `interval_s` seconds; at least 1."""
    return max(interval_s / USUAL_S, 1)


def freshness(last_seen: datetime | None, now: datetime, interval_s: float = USUAL_S) -> Freshness:
    """Return the freshness at `now` of a sensor that was last heard at `last_seen` and sends every `interval_s`."""
    if last_seen is None:
        return "none"
    age = (now - last_seen) / patience(interval_s)
    return "live" if age <= LATE_AFTER else "late" if age <= STALE_AFTER else "stale"


def sensor_freshness(
    measured: datetime | None, received: datetime | None, now: datetime, interval_s: float = USUAL_S
) -> Freshness:
    """Return whether a sensor sends: offline is one that nothing comes from, late one that sends now what is old, as a
    burst of stored readings, or those of a slow clock.
    """
    arrives = freshness(received, now, interval_s)
    return "late" if arrives == "live" and freshness(measured, now, interval_s) != "live" else arrives


def older(one: Freshness, other: Freshness) -> Freshness:
    """Return the worse of two."""
    order: tuple[Freshness, ...] = ("live", "late", "stale", "none")
    return max(one, other, key=order.index)


def level(people: float | None, capacity: int | None) -> Level:
    """Return the level of utilisation: calm to 50 %, moderate to 80 %, busy below 100 %, full."""
    if people is None or not capacity:
        return "unknown"
    share = people / capacity
    return "calm" if share < 0.5 else "moderate" if share < 0.8 else "busy" if share < 1 else "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceInfo:
    """A space as it is built. `parent` is None for the root space of the site, which has the site's id."""

    space: str
    parent: str | None
    name: Text
    kind: str
    storey: int | None
    capacity: int | None
    seats: int | None
    area_m2: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalInfo:
    """A portal as it is built. Going in leads from `outer` to `inner`: spaces of the site, "other-site/space", or
    "outside". Visits are counted at those of the `perimeter`; `counted` is False where there is no counter."""

    portal: str
    name: Text
    outer: str
    inner: str
    perimeter: bool
    counted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteInfo:
    """A site as it is built."""

    site: str
    kind: str
    name: Text
    timezone: str
    capacity: int | None
    sandbox: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceLive:
    """Occupancy of a space now. `lower` and `upper` bound the 80 % interval; `raw` is in - out, uncorrected.

    A figure never comes without its interval. `whole` is what screens show of `people`: the spaces within one never add
    up to more than it, and to as many where their figures do. `time` is the minute it holds for; `heard` is when the
    space's most silent sensor was last heard, `interval_s` how often that one sends, and it is `delayed` while it sends
    now what is old. `reason` says why a figure was corrected
    (docs/reference/figures.md lists the words) or is missing ("no_sensor", "door_without_sensor", "no_data",
    "unheard_door", "uncounted_passage", "space_closed").
    """

    space: str
    parent: str | None
    name: Text
    kind: str
    storey: int | None
    capacity: int | None
    seats: int | None = None
    people: float | None
    lower: float | None
    upper: float | None
    raw: float | None
    basis: Basis | None
    reason: str | None
    time: datetime | None
    heard: datetime | None
    interval_s: int
    delayed: bool = False
    freshness: Freshness
    level: Level
    whole: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLive:
    """A site now: `spaces` holds the root space first, then the rest in the order of the building.

    `open_until` is the end of the present opening hours, `opens_at` the beginning of the next; one of them is None, and
    both are where a site never closes or never opens: `is_open` says which. Not `staffed`: open with a card
    only; `staffed_until` is when the staff leaves, where the site stays open without them.
    `visits_today` counts entries through the perimeter since the business day began.
    """

    site: str
    name: Text
    time: datetime
    sandbox: bool
    is_open: bool
    open_until: datetime | None
    opens_at: datetime | None
    visits_today: float | None
    visits_last_week: float | None  # up to the same time of day; None where that day is not comparable
    spaces: tuple[SpaceLive, ...]
    staffed: bool = True
    staffed_until: datetime | None = None
    visits_corrected: float = 0.0  # of those today, how many corrections of doors added
    not_receiving_since: datetime | None = None  # whatever the sensors send


def in_whole_people(spaces: Sequence[SpaceLive]) -> tuple[SpaceLive, ...]:
    """Return the spaces of a site with `whole`, each less than one from its figure; none from presence alone."""
    within: dict[str | None, list[SpaceLive]] = defaultdict(list)
    for space in spaces:
        within[space.parent].append(space)
    whole: dict[str, int] = {}
    pending = within[None]
    for space in pending:
        if space.people is not None and space.basis != "presence":
            whole.setdefault(space.space, round(space.people))
        inner = within[space.space]
        pending.extend(inner)
        if space.space in whole:
            whole |= _parted(space.people or 0, whole[space.space], inner)
    return tuple(replace(space, whole=whole.get(space.space)) for space in spaces)


def _parted(people: float, whole: int, inner: Sequence[SpaceLive]) -> dict[str, int]:
    """Divide whole people among the spaces inside, by largest remainders; nothing where their figures contradict it."""
    figures = {s.space: s.people for s in inner if s.people is not None and s.basis != "presence"}
    together = sum(figures.values())
    if together > people + ROUNDED * (len(figures) + 1):
        return {}
    fits = min(people / together, 1) if together else 1
    shares = {name: figure * fits for name, figure in figures.items()} | {"": people - together * fits}
    parts = {name: floor(share) for name, share in shares.items()}
    left = max(whole - sum(parts.values()), 0)
    for name in sorted(shares, key=lambda one: parts[one] - shares[one])[:left]:
        parts[name] += 1
    return {name: parts[name] for name in figures}
