"""Suggested placement of an unassigned sensor by its names, with reason and confidence.

People name sensors after places: `dorr-cafe`, `entrance-north/flow`, a topic `kommun/lasesal/vs121`. So the words of
the device, its topic, model and channel are compared with the ids and names (in both languages) of portals and spaces.
A word of few places weighs more than one of many, in the manner of inverse document frequency (Spärck
Jones 1972, "A statistical interpretation of term specificity"). A suggestion is only made where one place fits
clearly better than any other; where two fit equally well, none is made and both are listed.

Worked example: the device `vs133-cafe-dorr` and the portals `cafe-door` (Kafédörr, Café door) and `hall-door`
(Hörsalens dörr). `dorr` is shared by both and weighs little, `cafe` by one and weighs 1: the café door, strongly.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Literal

from besok.analytics.name_matching import agree, meaning, telling, words
from besok.model.site import Portal, Sensor, Site, Space, Text
from besok.model.sitefile import sensor_lines

Sure = Literal["strong", "weak", "none"]
Reason = Literal[
    "words", "same_device", "only_one_left", "several_fit", "no_words", "unknown_site", "not_people"
]

PEOPLE = frozenset({"in", "out", "in_total", "out_total", "passages", "passages_total"})
TECHNICAL = frozenset({"battery_pct", "battery_v"})  # of the device itself: observes no place

SURE = 0.85  # share of a name's weight that must match for a strong suggestion
GUESS = 0.45  # the same for a weak one
ENOUGH = 0.25  # least matching weight
CLEARLY = 1.25  # how many times better the best must be than the next
TAKEN = 0.7  # factor for a fitting place that already has a sensor


@dataclass(frozen=True, slots=True, kw_only=True)
class UnplacedSeries:
    """A channel that observes no place: its source, device, topic and metrics."""

    source: str
    device: str
    channel: str
    metrics: frozenset[str]
    topic: str = ""
    model: str = ""
    interval_s: int = 60

    @property
    def counts_people(self) -> bool:
        """Tell whether it counts people passing: such channels belong to a portal, all others to a space."""
        return bool(self.metrics & PEOPLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Suggested placement of a channel. `portal` and `space` are empty where nothing is suggested (`sure` is "none").

    `words` are those that the sensor and the place share, as the place has them; `others` the places that fit as well.
    `uncounted` says that the site file has the portal as `counted = false`, which has to go; `taken` that the place has
    a sensor of another device already, and both would count. `toml` are the lines for the site file, with a place to
    fill in where there is none.
    """

    source: str
    device: str
    channel: str
    site: str
    portal: str
    space: str
    name: Text | None
    sure: Sure
    reason: Reason
    words: tuple[str, ...]
    others: tuple[str, ...]
    uncounted: bool
    taken: bool
    why: str  # the reason as a sentence
    toml: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    site: Site
    place: Portal | Space
    names: tuple[tuple[str, ...], ...]  # the words of its id and of its names, each by itself
    taken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    place: _Place
    score: float  # matching weight, times its share of the name's weight
    share: float
    words: tuple[str, ...]


def suggest(channels: Sequence[UnplacedSeries], sites: Sequence[Site]) -> list[Suggestion]:
    """Return a suggestion for each channel, in the same order."""
    by_words = [_by_words(channel, sites) for channel in channels]
    unmatched = Counter(
        channel.counts_people for channel, s in zip(channels, by_words, strict=True) if s.reason == "no_words"
    )
    return [
        _only_one_left(channel, sites, s)
        if s.reason == "no_words" and unmatched[channel.counts_people] == 1
        else s
        for channel, s in zip(channels, by_words, strict=True)
    ]


def _by_words(channel: UnplacedSeries, sites: Sequence[Site]) -> Suggestion:
    if not channel.metrics - TECHNICAL:
        return _suggestion(channel, reason="not_people")
    near = _sites_of(channel, sites)
    if not near:
        return _suggestion(channel, reason="unknown_site")
    sensor_words = _sensor_words(channel, near)
    places = [place for site in near for place in _places(site, channel)]
    fits = sorted(_fits(sensor_words, places), key=lambda fit: -fit.score)
    if not fits:
        return _of_same_device(channel, near)
    best, *remaining = fits
    rivals = [fit for fit in remaining if fit.score * CLEARLY > best.score]
    if rivals:
        others = (best, *rivals)
        return _suggestion(channel, site=_common([fit.place.site.id for fit in others]), reason="several_fit",
                           words=best.words, others=tuple(fit.place.place.id for fit in others))  # fmt: skip
    if best.share < GUESS:
        return _of_same_device(channel, near)
    sure = best.share >= SURE and not best.place.taken
    return _placed(channel, best.place, "strong" if sure else "weak", "words", best.words)


def _sites_of(channel: UnplacedSeries, sites: Sequence[Site]) -> list[Site]:
    """Return the possible sites: of a native device its own; else those named in the topic, or all real ones."""
    if channel.source == "native":
        return [site for site in sites if site.id == channel.device.partition("/")[0]]
    levels = set(channel.topic.split("/"))
    named = [site for site in sites if site.id in levels]
    if not named:
        in_names = frozenset(words(f"{channel.topic} {channel.device}"))
        named = [
            s for s in sites if any(_all_words_in(name, in_names) for name in (s.id, s.name.sv, s.name.en))
        ]
    return named or [site for site in sites if not site.sandbox] or list(sites)


def _all_words_in(name: str, available: frozenset[str]) -> bool:
    required = frozenset(words(name))
    return bool(required) and required <= available


def _sensor_words(channel: UnplacedSeries, near: Sequence[Site]) -> frozenset[str]:
    """Return the words of the sensor without those that only name its site."""
    line = channel.channel.partition(":")[2]
    line_name = line if any(map(str.isalpha, line)) else ""  # most lines have but a number
    all_words = words(" ".join((channel.device, telling(channel.topic), channel.model, line_name)))
    site = {word for s in near for word in words(s.id)} if len(near) == 1 else set()
    return frozenset(all_words) - site


def _places(site: Site, channel: UnplacedSeries) -> list[_Place]:
    parts: Sequence[Portal | Space] = site.portals if channel.counts_people else site.spaces
    taken = {s.portal or s.space for s in site.sensors if s.role == "primary"}
    return [
        _Place(site=site, place=p, names=tuple(map(words, (p.id, p.name.sv, p.name.en))), taken=p.id in taken)
        for p in parts
    ]


def _fits(sensor_words: frozenset[str], places: Sequence[_Place]) -> Iterable[_Fit]:
    """Yield the places that share enough words with the sensor."""
    sharing = Counter(m for place in places for m in {meaning(w) for name in place.names for w in name})
    most = log(1 + len(places))
    for place in places:
        fits = [_fit(sensor_words, place, name, sharing, len(places), most) for name in place.names if name]
        best = max(fits, key=lambda fit: fit.score, default=None)
        if best and best.score >= ENOUGH:
            yield best


def _fit(
    sensor_words: frozenset[str],
    place: _Place,
    name: tuple[str, ...],
    sharing: Mapping[str, int],
    count: int,
    most: float,
) -> _Fit:
    matched = total = 0.0
    shared = []
    for word in dict.fromkeys(name):
        weight = (
            log(1 + count / sharing[meaning(word)]) / most * (1 if len(word) > 1 and word.isalpha() else 0.5)
        )
        agreement = max((agree(word, other) for other in sensor_words), default=0.0)
        total += weight
        matched += weight * agreement
        if agreement:
            shared.append(word)
    if not any(
        len(word) > 1 and word.isalpha() for word in shared
    ):  # a number alone is a number of something else
        return _Fit(place=place, score=0, share=0, words=())
    share = matched / total
    taken = TAKEN if place.taken and share >= SURE else 1
    return _Fit(place=place, score=matched * share * taken, share=share, words=tuple(shared))


def _of_same_device(channel: UnplacedSeries, near: Sequence[Site]) -> Suggestion:
    """Suggest the portal of the other lines of the same device, if they have one: lines of a wide entrance add up."""
    homes = {
        (site.id, sensor.portal): site
        for site in near
        for sensor in site.sensors
        if sensor.source == channel.source and site.external_id(sensor) == channel.device and sensor.portal
    }
    if len(homes) == 1 and channel.counts_people:
        ((_, portal), site), *_ = homes.items()
        place = next(place for place in _places(site, channel) if place.place.id == portal)
        return _placed(channel, place, "weak", "same_device")
    return _suggestion(channel, site=_common([site.id for site in near]), reason="no_words")


def _only_one_left(channel: UnplacedSeries, sites: Sequence[Site], otherwise: Suggestion) -> Suggestion:
    """Suggest the only place of its kind without a sensor; `otherwise` if there are several."""
    places = [p for site in _sites_of(channel, sites) for p in _places(site, channel)]
    free = [p for p in places if not p.taken]
    return _placed(channel, free[0], "weak", "only_one_left") if len(free) == 1 else otherwise


def _placed(
    channel: UnplacedSeries, place: _Place, sure: Sure, reason: Reason, shared: tuple[str, ...] = ()
) -> Suggestion:
    taken = place.taken and reason != "same_device"
    return _suggestion(
        channel, site=place.site.id, place=place.place, taken=taken, sure=sure, reason=reason, words=shared
    )


def _suggestion(
    channel: UnplacedSeries,
    *,
    site: str = "",
    place: Portal | Space | None = None,
    taken: bool = False,
    sure: Sure = "none",
    reason: Reason,
    words: tuple[str, ...] = (),
    others: tuple[str, ...] = (),
) -> Suggestion:
    native = channel.source == "native"
    site = site or (channel.device.partition("/")[0] if native else "")
    return Suggestion(
        source=channel.source,
        device=channel.device,
        channel=channel.channel,
        site=site,
        portal=place.id if isinstance(place, Portal) else "",
        space=place.id if isinstance(place, Space) else "",
        name=place.name if place else None,
        sure=sure,
        reason=reason,
        words=words,
        others=others,
        uncounted=isinstance(place, Portal) and not place.counted,
        taken=taken,
        why=_why(reason, site, "door" if channel.counts_people else "room", words, others),
        toml=_toml(channel, place),
    )


def _toml(channel: UnplacedSeries, place: Portal | Space | None) -> str:
    """Return the lines of the site file; keys with their default value are left out."""
    key = "portal" if channel.counts_people else "space"
    usual = f"{'flow' if channel.counts_people else 'level'}:1"
    sensor = Sensor(
        device=channel.device.partition("/")[2] if channel.source == "native" else channel.device,
        portal=(place.id if place else "...") if key == "portal" else "",
        space=(place.id if place else "...") if key == "space" else "",
        channel="" if channel.channel == usual else channel.channel,
        source=channel.source,
        model=channel.model,
        interval_s=channel.interval_s,
    )
    return sensor_lines(sensor)


def _common(ids: Collection[str]) -> str:
    return next(iter(ids)) if len(set(ids)) == 1 else ""


def _why(reason: Reason, site: str, what: str, words: Sequence[str], others: Sequence[str]) -> str:
    match reason:
        case "words":
            shared = " and ".join(f"“{word}”" for word in words)
            return f"The sensor and the place share the word{'s' if len(words) > 1 else ''} {shared}."
        case "same_device":
            return "Another line of the same device counts here; the lines of a wide entrance add up."
        case "only_one_left":
            return f"It is the only {what} without a sensor."
        case "several_fit":
            return f"Several places fit equally well: {', '.join(others)}."
        case "unknown_site":
            return f"It says that it belongs to “{site}”, and there is no such site."
        case "not_people":
            return "It reports only its battery; it needs no place."
        case "no_words":
            return f"No {what} has a name like that of the sensor or its topic."
