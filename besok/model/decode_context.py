"""The context that adapters decode in: the models of devices, codecs, the mappings of the site files, the zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256

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
        """What it is called, such as "Milesight VS133"."""
        return f"{self.vendor} {self.model}".strip()

    @cached_property
    def sha256(self) -> str:
        """The hash of the source in hexadecimal digits, as `sha256sum` prints it for the file."""
        return sha256(self.source.encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeContext:
    """The context of decoding, loaded again when a site file is applied.

    `zone` is the time zone of times that come without one (that of the sites); `models` what the site file or an
    earlier message says of a device, such as "Milesight VS133"; `codecs` what the operator has added; `mappings` in
    the order in which they are tried; `real` the channels that observe a site which is no sandbox: nothing simulated
    may come from them.
    """

    zone: str = "UTC"
    models: Mapping[Device, str] = field(default_factory=dict)
    codecs: tuple[Codec, ...] = ()
    mappings: tuple[PayloadMapping, ...] = ()
    real: frozenset[Channel] = frozenset()


NOTHING = DecodeContext()


def decode_context_of(sites: Sequence[Site]) -> DecodeContext:
    """Collect what `sites` tell adapters. Times without a zone are the first site's; a mapping's are its own site's."""
    sensors = [(site, sensor) for site in sites for sensor in site.sensors]
    return DecodeContext(
        zone=sites[0].timezone if sites else NOTHING.zone,
        models={(s.source, site.external_id(s)): s.model for site, s in sensors if s.model},
        mappings=tuple(replace(m, zone=m.zone or site.timezone) for site in sites for m in site.mappings),
        real=frozenset(
            (s.source, site.external_id(s), s.channel_key) for site, s in sensors if not site.sandbox
        ),
    )
