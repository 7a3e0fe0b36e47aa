"""From the bytes of a frame to readings: which codec, and what if there is none.

In this order: what the site file or the network says of the model; a frame that by its form can only be of one vendor;
what the network server's own decoder made of it; a problem that says what to do. Weak forms (three bytes that could be
anything) are never guessed at.
"""

import re
from functools import lru_cache
from typing import Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.lorawan import decoded
from collectors.adapters.lorawan.frames import (
    adeunis,
    browan,
    cayenne,
    decentlab,
    elsys,
    hkt,
    imbuildings,
    mclimate,
    milesight,
    moko,
    netvox,
    parametric,
    pipiot,
    pressac,
    restotracker,
    sensative,
    swisscom,
    tektelic,
    terabee,
    thermokon,
    yosensi,
)
from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import SOURCE, Uplink

CODECS: Final[tuple[Codec, ...]] = (
    adeunis.CODEC,
    browan.CODEC,
    cayenne.CODEC,
    decentlab.CODEC,
    elsys.CODEC,
    hkt.CODEC,
    imbuildings.CODEC,
    mclimate.CODEC,
    milesight.CODEC,
    moko.CODEC,
    netvox.CODEC,
    parametric.CODEC,
    pipiot.CODEC,
    pressac.CODEC,
    restotracker.CODEC,
    sensative.CODEC,
    swisscom.CODEC,
    tektelic.CODEC,
    terabee.CODEC,
    thermokon.CODEC,
    yosensi.CODEC,
)

TOTALS: Final = {"in": "in_total", "out": "out_total", "passages": "passages_total"}


def read_by_name(uplink: Uplink, packet: Packet) -> Decoded:
    """Decode a frame of a model that no table knows yet."""
    codec, name = _codec(uplink, packet.model((SOURCE, uplink.device)))
    problems: tuple[str, ...] = ()
    if codec is not None and uplink.payload:
        found = _read(codec, uplink, name)
        if found.readings or not found.problems:
            return found
        problems = found.problems
    if uplink.fields is not None:
        found = _by_the_network(uplink, packet)
        if found.readings or not problems or any(":\n" in problem for problem in found.problems):
            return found  # what it asks says more than that the frame is of a model not known here
    return Decoded(problems=problems, identity=uplink.identity)


@lru_cache(maxsize=8192)
def named(text: str) -> tuple[Codec | None, str]:
    """Return the codec that a model text names, and by which name; (None, "") if it names none.

    The longest fitting name wins, one with digits before one without: a model says more than a vendor.
    """
    tokens = re.findall(r"[a-z0-9]+", text.lower())
    # Words also as they would be without the blank or dash between them: "VS 133", "HT-PIR-Lite".
    spoken = {
        "".join(tokens[i:j]) for i in range(len(tokens)) for j in range(i + 1, min(i + 4, len(tokens) + 1))
    }
    fitting = [
        (codec, name) for codec in CODECS for name in codec.names if any(_fits(name, word) for word in spoken)
    ]
    if not fitting:
        return None, ""
    return max(fitting, key=lambda found: (_has_digit(found[1]), len(found[1])))


def _fits(name: str, word: str) -> bool:
    return word == name or (_has_digit(name) and word.startswith(name))


def _has_digit(name: str) -> bool:
    return any(c.isdecimal() for c in name)


def _codec(uplink: Uplink, model: str) -> tuple[Codec | None, str]:
    if model:
        return named(model)
    codec, name = named(" ".join(uplink.models))
    if codec is not None:
        return codec, name
    claiming = [codec for codec in CODECS if codec.claims(uplink)]
    return (claiming[0], "") if len(claiming) == 1 else (None, "")


def _read(codec: Codec, uplink: Uplink, name: str) -> Decoded:
    sheet = uplink.sheet()
    not_data = ""
    try:
        not_data = codec.read(uplink, sheet, name)
    except Unreadable as exc:
        sheet.problems.append(str(exc))
    drop_what_totals_say(sheet)
    if not sheet.readings and not sheet.problems:
        not_data = not_data or "a frame that measures nothing"
    said = codec.vendor if not _has_digit(name) else f"{codec.vendor} {name.upper()}"
    sheet.problems[:] = [f"{said}: {problem}" for problem in sheet.problems]
    return sheet.decoded(identity=uplink.identity, model=said, not_data="" if sheet.readings else not_data)


def _by_the_network(uplink: Uplink, packet: Packet) -> Decoded:
    sheet = uplink.sheet()
    try:
        decoded.note(sheet, uplink, packet)
    except Unreadable as exc:
        sheet.problems.append(str(exc))
    drop_what_totals_say(sheet)
    idle = not sheet.readings and not sheet.problems
    return sheet.decoded(identity=uplink.identity, not_data="a frame that measures nothing" if idle else "")


def drop_what_totals_say(sheet: Sheet) -> None:
    """Forget the counts of a period where the same message holds the running total of the same line."""
    totals = {(r.channel, r.metric, r.time) for r in sheet.readings if r.metric in TOTALS.values()}
    if totals:
        sheet.readings[:] = [
            r for r in sheet.readings if (r.channel, TOTALS.get(r.metric), r.time) not in totals
        ]
