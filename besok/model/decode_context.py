"""The context of decoding: models, codecs, mappings, time zone, topics of placed devices, and known names."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

from besok.model.pseudonyms import PSEUDONYM, canonical, channel_stands_for, line_of, stands_for
from besok.model.short_texts import cached_if_short
from besok.model.site import PayloadMapping, Site

Device = tuple[str, str]  # source, external id
Channel = tuple[str, str, str]  # source, external id, channel


@dataclass(frozen=True, kw_only=True, eq=False)
class Codec:
    """A vendor's JavaScript codec for the frames of one LoRaWAN model, pinned by the hash of its source.

    Each object is one of its own, so that it is looked up by who it is and not by its source.
    """

    vendor: str
    model: str
    source: str

    @property
    def name(self) -> str:
        """The display name, such as "Milesight VS133"."""
        return f"{self.vendor} {self.model}".strip()

    @cached_property
    def sha256(self) -> str:
        """The hash of the source in hexadecimal digits, as `sha256sum` prints it for the file."""
        return sha256(self.source.encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(slots=True)
class Revealed:
    """Names behind pseudonyms, and the context with these in it."""

    names: dict[str, str] = field(default_factory=dict)
    context: "DecodeContext | None" = None


@dataclass(frozen=True, kw_only=True)
class DecodeContext:
    """The context of decoding, loaded again when a site file is applied.

    `zone` is the time zone of times that come without one (that of the sites); `models` what the site file or an
    earlier message says of a device, such as "Milesight VS133"; `codecs` what the operator has added; `mappings` in
    the order in which they are tried; `real` the channels that observe a site which is not a sandbox: nothing simulated
    may come from them. `topics` are the filters that each placed device is bound to, none if it is bound by the first
    message that comes; `placed` the channels that observe something, or did; `places` the words of which sites, spaces
    and portals have their names, `senders` the names of devices that a person has given a token. `key` is that of the
    installation, for pseudonyms.
    """

    zone: str = "UTC"
    models: Mapping[Device, str] = field(default_factory=dict)
    codecs: tuple[Codec, ...] = ()
    mappings: tuple[PayloadMapping, ...] = ()
    real: frozenset[Channel] = frozenset()
    topics: Mapping[Device, tuple[str, ...]] = field(default_factory=dict)
    placed: frozenset[Channel] = frozenset()
    places: frozenset[str] = frozenset()
    senders: frozenset[str] = frozenset()
    key: bytes = b""

    @cached_property
    def revealed(self) -> "Revealed":
        """The pseudonyms of this context that messages have resolved since it was loaded."""
        return Revealed()

    @cached_property
    def compiled(self) -> dict[Any, Any]:
        """What readers have made of this context, by what it is: mappings as formats, codecs by model."""
        return {}

    @cached_property
    def shared_topics(self) -> frozenset[str]:
        """The topics on which placed devices speak that are not named by the topic alone."""
        return frozenset(f for (_, device), filters in self.topics.items() for f in filters if f != device)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that a person has written or placed, in canonical form: whole names and their topic levels."""
        return frozenset(canonical(part) for name in self._names() for part in (name, *name.split("/")))

    @cached_property
    def makes(self) -> frozenset[str]:
        """The vendors and models whose codecs were added, in canonical form."""
        return frozenset(
            canonical(name) for codec in self.codecs for name in (codec.vendor, codec.model, codec.name)
        )

    @cached_property
    def pseudonyms(self) -> frozenset[str]:
        """The pseudonyms that stand in the topics of mappings and bindings: chosen before the name was known."""
        return frozenset(name for name in self._names() for name in PSEUDONYM.findall(name))

    @cached_property
    def known_as(self) -> Callable[[str, str, str], Channel]:
        """Return the name under which a channel is placed, which may be a pseudonym."""
        return cached_if_short(10_000)(self._known_as)

    def model(self, device: Device) -> str:
        """Return the known model of a device; "" if there is none."""
        return self.models.get(self.known_as(*device, "")[:2], "")

    def is_placed(self, device: Device) -> bool:
        """Tell whether a device observes something."""
        return self.known_as(*device, "")[:2] in self.topics

    def _known_as(self, source: str, device: str, line: str) -> Channel:
        devices = (d for s, d in self._hidden_devices if s == source)
        device = next((d for d in devices if stands_for(d, device, self.key)), device)
        lines = (c for s, d, c in self._hidden_lines if (s, d) == (source, device))
        return source, device, next((c for c in lines if channel_stands_for(c, line, self.key)), line)

    @cached_property
    def _hidden_devices(self) -> tuple[Device, ...]:
        devices = {*self.topics, *self.models, *(channel[:2] for channel in self.placed)}
        return tuple(device for device in devices if PSEUDONYM.search(device[1]))

    @cached_property
    def _hidden_lines(self) -> tuple[Channel, ...]:
        return tuple(channel for channel in self.placed if PSEUDONYM.search(channel[2]))

    def _names(self) -> Iterator[str]:
        yield from self.senders
        for _, device, channel in self.placed:
            yield from (device, line_of(channel)[1])
        for (_, device), filters in self.topics.items():
            yield from (device, *filters)
        for mapping in self.mappings:
            yield from (mapping.topic, *mapping.yes, *mapping.no)
            yield from (word for words in mapping.only.values() for word in words.split("|"))


NOTHING = DecodeContext()


def native_topics(device: str) -> tuple[str, ...]:
    """Return the topics of a device that speaks Besök's own format: they hold its name."""
    return (f"besok/v1/{device}/#",)


def _place_names(site: Site) -> Iterator[str]:
    yield from (site.id, site.name.sv, site.name.en)
    for space in site.spaces:
        yield from (space.id, space.name.sv, space.name.en)
    for portal in site.portals:
        yield from (portal.id, portal.name.sv, portal.name.en)


def _words(name: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]+", name) if len(word) > 1]


def decode_context_of(sites: Sequence[Site]) -> DecodeContext:
    """Build the context for `sites`. Times without a zone are the first site's; a mapping's are its own site's."""
    sensors = [(site, sensor) for site in sites for sensor in site.sensors]
    devices = {(s.source, site.external_id(s)): s for site, s in sensors}
    return DecodeContext(
        zone=sites[0].timezone if sites else NOTHING.zone,
        models={device: s.model for device, s in devices.items() if s.model},
        mappings=tuple(replace(m, zone=m.zone or site.timezone) for site in sites for m in site.mappings),
        real=frozenset(
            (s.source, site.external_id(s), s.channel_key) for site, s in sensors if not site.sandbox
        ),
        placed=frozenset((s.source, site.external_id(s), s.channel_key) for site, s in sensors),
        places=frozenset(
            canonical(word) for site in sites for name in _place_names(site) for word in _words(name)
        ),
        topics={
            device: native_topics(device[1]) if device[0] == "native" else s.topics
            for device, s in devices.items()
        },
    )
