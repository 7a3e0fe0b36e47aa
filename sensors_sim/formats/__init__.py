"""The formats that simulated devices speak. A new one is a function from a report to topic and payload, and a row here.

A sensor speaks the format that its `source` and `model` in the site file name; a scenario may let it speak another
(`[[characters]]`, key `speaks`), and is then known by another name too, as that family names its devices.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from besok.model.site import Sensor, Site
from sensors_sim import native
from sensors_sim.formats import counters, home, lorawan
from sensors_sim.report import Report

PRESENCE_WORDS: Final = (
    "presence",
    "pir",
    "occup",
)  # in a model's name: it tells only whether somebody is there
AIR_WORDS: Final = ("co2",)  # it tells only of the air
FOUR: Final = ("1", "2", "3", "4")


def _own_name(site: str, device: str) -> str:
    return device


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One row. `levels` are the states it can tell of, the usual one first."""

    name: str
    encode: Callable[[Report], tuple[str, bytes]]
    source: str  # as the site file and the adapters call the family
    words: tuple[str, ...] = ()  # one of which the model must hold; none for any model
    model: str = ""  # of a sensor that a scenario lets speak this way
    air: str = ""  # the same of one that tells of the air
    flows: bool = True  # can tell of people passing
    totals: bool | None = None  # always sends running totals, never, or (None) if it is set up to
    wraps: int = 0  # where those begin again at zero
    levels: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()  # the names that its lines and regions may have; any if empty
    eager: bool = False  # reports what happens at once, not only when its interval is over
    apart: bool = False  # lines and regions on topics apart, whatever happens at once
    rename: Callable[[str, str], str] = (
        _own_name  # (site, device) -> what the device is called in this family
    )

    def tells(self, sensor: Sensor) -> str:
        """What the sensor measures in this format: "flow", a metric of levels, "" if it cannot."""
        part = sensor.channel_key.partition(":")[2]
        if self.parts and part not in self.parts:
            return ""
        if sensor.portal:
            return "flow" if self.flows else ""
        wanted = measures(sensor) or next(iter(self.levels), "")
        return wanted if wanted in self.levels else ""


_ALL: Final = ("people", "occupied", "co2_ppm")
FORMATS: Final[Mapping[str, Format]] = {
    f.name: f
    for f in (
        Format(
            name="clockless", encode=native.clockless, source="native", words=("clockless",), model="clockless",
            levels=_ALL, eager=True, apart=True,
        ),
        Format(name="native", encode=native.report, source="native", levels=_ALL, eager=True, apart=True),
        Format(
            name="vs133", encode=lorawan.vs133_in_tts, source="lorawan", words=("vs133", "vs135", "vs132"),
            model="Milesight VS133", totals=True, wraps=lorawan.FULL, levels=("people",), parts=FOUR,
            rename=lorawan.milesight_eui,
        ),
        Format(
            name="ers", encode=lorawan.ers_in_chirpstack, source="lorawan", words=("elsys", "ers"),
            model="ELSYS ERS Eye", air="ELSYS ERS CO2", flows=False, levels=("occupied", "co2_ppm"), parts=("1",),
            rename=lorawan.elsys_eui,
        ),
        Format(
            name="xovis", encode=counters.xovis, source="xovis", totals=False, levels=("people",),
            rename=counters.plain_serial,
        ),
        Format(
            name="axis", encode=counters.axis, source="axis", model="AXIS People Counter", totals=False, parts=("1",),
            rename=counters.axis_serial,
        ),
        Format(
            name="milesight", encode=counters.milesight, source="milesight", model="Milesight VS125", totals=True,
            levels=("people",), rename=counters.plain_serial,
        ),
        Format(
            name="zigbee2mqtt", encode=home.zigbee2mqtt, source="zigbee2mqtt", air="co2", flows=False,
            levels=("occupied", "co2_ppm"), parts=("1",), eager=True, rename=home.friendly_name,
        ),
        Format(
            name="fiware", encode=home.fiware, source="fiware", totals=False, parts=("1",), rename=home.entity,
        ),
    )
}  # fmt: skip


def measures(sensor: Sensor) -> str:
    """What kind of state a sensor's model says it measures; "" if it does not say."""
    model = sensor.model.lower()
    if any(word in model for word in AIR_WORDS):
        return "co2_ppm"
    return "occupied" if any(word in model for word in PRESENCE_WORDS) else ""


def spoken(sensor: Sensor) -> Format | None:
    """The format a sensor speaks; None if it is one that the simulator does not know, or cannot tell what it sees."""
    model = sensor.model.lower()
    found = (
        f
        for f in FORMATS.values()
        if f.source == sensor.source
        and (not f.words or any(word in model for word in f.words))
        and f.tells(sensor)
    )
    return next(found, None)


def speaking(site: Site, sensor: Sensor, name: str) -> Sensor:
    """The sensor of `site` as it is when it speaks the format `name`; as it was if that cannot tell what it sees."""
    other = FORMATS[name]
    told = other.tells(sensor)
    if spoken(sensor) is other or not told:
        return sensor
    if other.source == "native" and sensor.source != "native":
        return sensor  # nothing says under which name it would speak
    said = other.air if told == "co2_ppm" else other.model
    kept = said or (sensor.model if told in ("flow", "people") else f"{other.name} presence")
    return replace(sensor, source=other.source, device=other.rename(site.id, sensor.device), model=kept)
