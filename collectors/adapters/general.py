"""The last resort: devices and topics that no adapter knows, read by the names they use (vocabulary.py).

Any JSON on any topic, and plain values (`23`, `ON`) on topics whose last words say what they are. What is understood
counts; what could mean several things is refused with the mapping to choose from; what nobody understands is refused
with what to do. Nothing is guessed and nothing is dropped in silence.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded, Identity, Reading
from collectors.adapters import ambiguity, hints, objects, packed, topics, xmltext
from collectors.adapters.hints import Choice
from collectors.adapters.json_flatten import is_flat, items_like
from collectors.adapters.jsontext import show
from collectors.adapters.moments import own_time
from collectors.adapters.naming import name_of_record, step
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet
from collectors.adapters.vocabulary import CHOICES, Doubt, compact

SOURCE: Final = "mqtt"
DEVICE_LIMIT: Final = 200  # characters
SHORTEST: Final = 5  # characters of an id that is nobody else's; a shorter one is unique on its topic only
MESSAGE_WINDOW_S: Final = 8 * 86_400.0  # for which a message id is not used again
PLAIN_LIMIT: Final = 60  # characters of a plain value

_EUI: Final = ("deveui", "deviceeui", "devicedeveui", "loraeui")
_IDS: Final = (
    *_EUI, "deviceid", "deviceserial", "deviceserialnumber", "serialnumber", "serialno", "serial", "sn", "devicesn",
    "sensorid", "sensorserial", "sensorserialnumber", "devicemac", "sensormac", "macaddress", "mac", "deviceuid",
    "deviceuuid", "deviceaddress", "imei", "deviceimei", "cameraserial", "cameraserialnumber", "unitserial", "unitid",
    "devid", "deviceno", "devicenumber", "uniqueid", "assetid", "stationid", "nodeid", "thingid", "hardwareid", "hwid",
    "endpointid", "connectiondeviceid", "cameraid", "counterid",
    "devicename", "sensorname", "cameraname", "hostname", "device", "sensor", "camera",
)  # fmt: skip
_LOOSE_IDS: Final = (
    "id",
    "uid",
    "uuid",
    "name",
)  # of the device, or of the message, or of whoever knows what
_VALUES: Final = ("value", "val", "v")
_PERSONAL: Final = frozenset(  # beside these a name is that of a person
    ("badge", "badgeid", "card", "cardid", "cardnumber", "cardholder", "employee", "employeeid", "user", "userid",
     "username", "member", "memberid", "person", "personid", "email", "faceid", "age", "gender",
     "rssi")
)  # fmt: skip
_RANK: Final = {name: number for number, name in enumerate((*_IDS, *_LOOSE_IDS))}
_HOLDERS: Final = {
    "device", "deviceinfo", "devinfo", "sensor", "sensorinfo", "node", "thing", "source", "meta", "metadata", "header",
    "info", "system", "identity", "data", "payload", "object", "camera", "body", "message", "con", "systemproperties",
}  # fmt: skip
_DEVICES: Final = {"device", "deviceinfo", "devinfo", "sensor", "sensorinfo", "node", "thing", "camera"}
_ONE_AT_A_TIME: Final = {"people", "occupied", "in_total", "out_total", "passages_total", "motions_total"}
_ONE_BY_ONE: Final = {"people", "persons", "humans", "detections", "occupants", "visitors", "pedestrians"}
_MESSAGE_IDS: Final = ("messageid", "msgid", "eventid", "packetid", "messageuuid")
_NAMES: Final = {*_IDS, *_LOOSE_IDS, *_MESSAGE_IDS}
_EUI_64: Final = re.compile(r"(?:[0-9a-fA-F]{2}[-:]?){7}[0-9a-fA-F]{2}")
_OF_ANYTHING: Final = re.compile(
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|\d+"
)  # a UUID, a number
_OF_A_MESSAGE: Final = re.compile(r"(evt|event|msg|message|trg|trigger|req|request)[_-]", re.IGNORECASE)
_SEVERAL: Final = re.compile(r"[=;|&\t]|\d\s*,\s*\D|\S+,\S*\d,|,.*,")
_ONE_WORD: Final = re.compile(r"[+-]?\d{1,7}([.,]\d+)?|[a-zåäöüß_]{1,20}")
_UNSOUND: Final = (
    "bad", "invalid", "error", "fault", "faulty", "failed", "failure", "broken", "blocked", "offline", "covered",
    "blind", "obstructed", "calibrating", "initializing", "initialising", "starting", "booting", "warming up",
    "warming_up", "not ready", "not_ready",
)  # fmt: skip
_FAULTS: Final = ("error", "fault", "failure", "sensorerror", "sensorfault", "devicefault", "deviceerror")
_TROUBLES: Final = (  # if they are true
    *_FAULTS, "blind", "sensorblind", "blinded", "covered", "sensorcovered", "cameracovered", "obstructed",
    "sensorobstructed", "sensorblocked", "lensblocked", "occluded", "faulty", "initializing", "calibrating",
    "warmingup",
)  # fmt: skip
_TESTS: Final = ("test", "istest", "testmode", "simulated", "issimulated", "simulation")
_SOUND: Final = (
    0,
    None,
    False,
    "",
    "0",
    "ok",
    "OK",
    "Ok",
    "good",
    "GOOD",
    "Good",
    "normal",
    "active",
    "online",
)


def reads(packet: Packet) -> bool:
    """Everything that came this far."""
    return True


def decode(packet: Packet) -> Decoded:
    """Return what can be understood of a message of an unknown device. Raises Unreadable, with what to do."""
    if about := topics.control(packet.levels) or _about_somebody(packet.object):
        return Decoded(not_data=about)
    if not packet.payload.strip() or packet.text == "null":
        return Decoded(not_data="a tombstone: somebody deletes what the broker had kept")
    is_xml = xmltext.looks_so(packet.payload)
    if not is_xml and packet.text[:1] not in ("{", "["):
        return _plain(packet)
    value, path = _parsed(packet), "$"
    if is_xml:
        value, path = _in_root(value)
    if type(value) is dict:
        fields = packed.unpacked(value)
        decoded = _object(packet, fields, path)
        return decoded if fields is value else packed.without_mappings(decoded)
    if any(type(item) is dict for item in value):
        flat = all(is_flat(item) for item in value)
        return _together(
            [_item(packet, item, "@" if flat else f"$[{number}]") for number, item in enumerate(value)]
        )
    raise Unreadable(
        f"the payload is a list of bare values, and nothing says what each measures: {hints.WRITE}"
    )


def _about_somebody(fields: Mapping[str, Any]) -> str:
    """Tell whether a phone tells where its owner is, as OwnTracks does, in half a sentence."""
    is_phone = type(fields.get("_type")) is str and bool({"tst", "tid"} & fields.keys())
    return "where somebody's phone is; nothing of it is kept" if is_phone else ""


def _parsed(packet: Packet) -> Any:
    try:
        return packet.json
    except Unreadable as exc:
        raise Unreadable(
            f"{exc}; choose JSON in the settings of the device, or let its gateway rewrite this"
        ) from exc


def _in_root(document: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return what stands in the root of an XML document, and its path: the name of the root says nothing of a place."""
    ((root, inner),) = document.items()
    return (inner, f"${step(root)}") if type(inner) is dict else (document, "$")


def _item(packet: Packet, item: Any, path: str) -> Decoded:
    if type(item) is not dict:
        return Decoded(problems=(f"{show(item)} in the list is no object with named values",))
    try:
        return _object(packet, item, path)
    except Unreadable as exc:
        return Decoded(problems=(str(exc),))


def _together(items: list[Decoded]) -> Decoded:
    readings = [reading for item in items for reading in item.readings]
    clashing = _clashing(readings)
    problems = [problem for item in items for problem in item.problems]
    problems += [
        f"{metric} of several in the list, and nothing names or times them: {hints.WRITE}, with"
        ' each = "$[*]" and channel = "key", their place in the list'
        for metric in sorted({key[2] for key in clashing})
    ]
    return Decoded(
        readings=tuple(reading for reading in readings if _key(reading) not in clashing),
        problems=tuple(dict.fromkeys(problems)),
        identity=items[0].identity if len(items) == 1 else None,
        not_data=next((item.not_data for item in items if item.not_data), ""),
    )


def _key(reading: Reading) -> tuple[str, str, str, datetime | None]:
    return reading.device, reading.channel, reading.metric, reading.time


def _clashing(readings: Sequence[Reading]) -> set[tuple[str, str, str, datetime | None]]:
    """Tell which states and totals of people are told twice and differently. People who passed add up."""
    told: dict[tuple[str, str, str, datetime | None], float] = {}
    return {
        _key(reading)
        for reading in readings
        if reading.metric in _ONE_AT_A_TIME and told.setdefault(_key(reading), reading.value) != reading.value
    }


def _object(packet: Packet, fields: Mapping[str, Any], path: str) -> Decoded:
    each = items_like(fields) if path == "@" else ""
    found = objects.look(fields, packet=packet, at=path, each=each, context=topics.context(packet.levels))
    meaning = topics.meaning(packet.levels)
    value = _value(fields, meaning)
    is_bare = bool(value and meaning.said)
    objects.refuse_others(found, packet.levels)
    if found.about_people:
        _trusted(fields)
    strange = found.unknown or [
        leaf for leaf in found.other if compact(leaf.said.rpartition(".")[2]) not in _NAMES
    ]
    if not (is_bare or found.understood):
        _refuse_list(fields)
    if not (is_bare or found.understood or strange):
        return Decoded(
            not_data="nothing about people: settings, the device's own health, or counts of other things"
        )
    source, device, device_path = _identity(packet, fields, path)
    sheet = Sheet(source, device if device_path or not is_bare else _fit(meaning.device))
    objects.write(sheet, found, topic=packet.topic, device_path=device_path)
    if is_bare:
        _note_value(packet, sheet, fields, value, meaning)
    elif strange and (not found.understood or found.only_health or (value and not found.about_people)):
        sheet.problems.append(ambiguity.unknown(packet.topic, strange, device=device_path))
    return _decoded(sheet, identity=_message(sheet, fields))


def _refuse_list(fields: Mapping[str, Any]) -> None:
    """Raise Unreadable if people are told one by one: nobody counts them here."""
    for name, value in fields.items():
        if type(value) is list and type(name) is str and compact(name) in _ONE_BY_ONE:
            raise Unreadable(
                f"a list of {len(value)} stands under {show(name)}: let the device or its gateway send their number"
                " instead"
            )
        if type(value) is dict and compact(name) in _HOLDERS:
            _refuse_list(value)


def _trusted(fields: Mapping[str, Any]) -> None:
    """Raise Unreadable if the device says that its figures are none: `valid: false`, `quality: bad`."""
    for name, value in fields.items():
        kind = compact(name) if type(name) is str else ""
        is_false = value is False or value in ("false", "False")
        if (kind in ("valid", "isvalid", "datavalid") and is_false) or (
            kind in ("quality", "dataquality", "status", "health", "state")
            and type(value) is str
            and value.lower() in _UNSOUND
        ):
            raise Unreadable(
                f"{name} is {show(value)}: the device itself does not trust its figures; look after it"
            )
        is_true = value is True or value in ("true", "True")
        if (kind in _TROUBLES and is_true) or (kind in _FAULTS and type(value) is str and _is_fault(value)):
            raise Unreadable(
                f"{name} is {show(value)}: the device itself does not trust its figures; look after it"
            )
        if kind in _TESTS and is_true:
            raise Unreadable(f"{name} is {show(value)}: what it tells was made up, and only people count")


def _is_fault(text: str) -> bool:
    """Tell whether a text names a fault, and is none of the many ways to say that there is none."""
    word = text.strip().lower()
    return any(c.isalpha() for c in word) and not word.startswith(
        ("no", "ok", "false", "good", "success", "null")
    )


def _decoded(sheet: Sheet, identity: Identity | None = None) -> Decoded:
    idle = not sheet.readings and not sheet.problems
    return sheet.decoded(identity=identity, not_data="it says that nothing was measured" if idle else "")


def _value(fields: Mapping[str, Any], meaning: topics.Meaning) -> str:
    """Return the field of an object that holds a value without saying of what; "" if there is none.

    A `state` is one only on a topic that says what it is of.
    """
    by = {compact(name): name for name in fields if type(name) is str}
    name = next(
        (by[field] for field in (*_VALUES, "state")[: len(_VALUES) + bool(meaning.said)] if field in by), ""
    )
    return name if name and type(fields[name]) not in (dict, list) and fields[name] is not None else ""


def _note_value(
    packet: Packet, sheet: Sheet, fields: Mapping[str, Any], name: str, meaning: topics.Meaning
) -> None:
    """Note the value of {"value": 1, "status": 0} on a topic that says what it measures, unless it tells of a fault."""
    for field in fields:
        if compact(field) in ("status", "quality", "fault", "error") and fields[field] not in _SOUND:
            told = f"{field} is {show(fields[field])}: the device itself does not trust its {' '.join(meaning.said)}"
            sheet.problems.append(told)
            return
    sheet.time = own_time(fields, objects.clock(packet))
    path = f"${step(name)}"
    objects.note_value(
        sheet, meaning.said, fields[name], topic=packet.topic, name=name, path=path, part=meaning.part
    )


def _plain(packet: Packet) -> Decoded:
    """Decode a bare number or word: it measures what the last words of its topic say."""
    text = packet.text
    if not text or not text.isprintable() or len(text) > PLAIN_LIMIT:
        size = f"{len(packet.payload)} bytes"
        raise Unreadable(
            f"the payload is neither JSON nor a number or a word ({size}): choose JSON in its settings"
        )
    if text.lower() in ("online", "offline", "connected", "disconnected"):
        return Decoded(not_data="whether a device is connected")
    value = _unquoted(packet, text)
    if type(value) is str and _SEVERAL.search(value):
        raise Unreadable(
            "the payload is a line of several values, and nothing says which is which: choose JSON in the settings of"
            " the device, or let its gateway rewrite this"
        )
    meaning = topics.meaning(packet.levels)
    if not meaning.said:
        raise Unreadable(_meaningless(packet, value))
    sheet = Sheet(SOURCE, _fit(meaning.device))
    name = packet.levels[-1]
    objects.note_value(sheet, meaning.said, value, topic=packet.topic, name=name, path="$", part=meaning.part)
    return _decoded(sheet)


def _unquoted(packet: Packet, text: str) -> Any:
    """Return the value of a text that is JSON (`true`, `"ON"`, 23), else the text."""
    try:
        return packet.json
    except Unreadable:
        return text


def _meaningless(packet: Packet, value: Any) -> str:
    verdict = topics.verdict(packet.levels)
    about = verdict.about if isinstance(verdict, Doubt) else "people"
    if type(value) not in (int, float):
        about = "presence"
    shown = (
        show(value) if type(value) is not str or _ONE_WORD.fullmatch(value) else "this text"
    )  # it may be a name
    choices = [Choice(values={metric: "$"}, says=says) for metric, says in CHOICES[about]]
    lines = hints.mapping(packet.topic, choices)
    words = (
        "" if type(value) is not str else '\nyes = ["the word for somebody"]\nno = ["the word for nobody"]'
    )
    return f"nothing says what {shown} measures: {hints.WRITE}:\n{lines}{words}"


def _identity(packet: Packet, fields: Mapping[str, Any], path: str) -> tuple[str, str, str]:
    """Source and device, and the path to the latter; the topic stands for one that does not name itself."""
    for name, value, where in _names(fields, path):
        device = str(value).strip()
        if name in _EUI and _EUI_64.fullmatch(device):
            return "lorawan", re.sub("[-:]", "", device).lower(), where
        if name in _LOOSE_IDS and device in packet.levels:
            break
        if name in _LOOSE_IDS and _OF_A_MESSAGE.match(device):
            continue
        if name in _LOOSE_IDS and _OF_ANYTHING.fullmatch(device):
            said = where.removeprefix("$.").removeprefix("@.")
            raise Unreadable(
                f"{said} is {show(value)}: that may be the device or the number of the message, and nothing else names"
                f' the device: {hints.WRITE}, with device = "{where}" if it is the device'
            )
        is_its_own = name not in _LOOSE_IDS and (len(device) >= SHORTEST or device in packet.levels)
        return SOURCE, _fit(device if is_its_own else f"{packet.topic}/{device}"), where
    return SOURCE, _fit(packet.topic), ""


def _names(fields: Mapping[str, Any], path: str) -> list[tuple[str, Any, str]]:
    """All that could be the name of the device, the best first: what names it, the name and where that stands."""
    measured = name_of_record(fields)
    found = [(name, value, path + step(said)) for name, said, value in _scalars(fields) if said != measured]
    if "specversion" in fields:  # a CloudEvent: its id is that of the event, its source that of the device
        found = [("deviceid" if name == "source" else name, *rest) for name, *rest in found if name != "id"]
    if {"idx", "nvalue"} <= {name for name, *_ in found}:  # Domoticz, where an id is that of the hardware
        return [("deviceid", value, where) for name, value, where in found if name == "idx"]
    if not _PERSONAL.isdisjoint(name for name, *_ in found):
        found = [entry for entry in found if entry[0] != "name"]
    for key, where, inner in _holders(fields, path):
        own = "device" if key in _DEVICES else ""
        found += [
            (f"{own}{name}" if name in _LOOSE_IDS else name, value, where + step(said))
            for name, said, value in _scalars(inner)
        ]
    named = [entry for entry in found if entry[0] in _RANK]
    # A text is rather a name than a number is: {"id": 3, "name": "north"}.
    return sorted(
        named, key=lambda entry: (entry[0] in _LOOSE_IDS and _is_of_anything(entry[1]), _RANK[entry[0]])
    )


def _holders(fields: Mapping[str, Any], path: str, deep: int = 1) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the objects that may name the device, also those within: compact names, paths and themselves."""
    found = []
    for name, inner in fields.items():
        if type(inner) is dict and compact(name) in _HOLDERS:
            found.append((compact(name), path + step(name), inner))
            found += _holders(inner, path + step(name), deep - 1) if deep else []
    return found


def _is_of_anything(value: Any) -> bool:
    return _OF_ANYTHING.fullmatch(str(value).strip()) is not None


def _scalars(fields: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    return [
        (compact(name), name, value)
        for name, value in fields.items()
        if type(name) is str and (type(value) is int or (type(value) is str and value.strip()))
    ]


def _fit(device: str) -> str:
    if len(device) > DEVICE_LIMIT or not device.isprintable():
        raise Unreadable(
            f"{show(device)} cannot name a device: that has {DEVICE_LIMIT} printable characters at most"
        )
    return device


def _message(sheet: Sheet, fields: Mapping[str, Any]) -> Identity | None:
    """Return the identity of a message that carries an id of its own; a short one may be used again."""
    for name, _, value in _scalars(fields):
        if name in _MESSAGE_IDS and type(value) is str and 8 <= len(value) <= PLAIN_LIMIT:
            scope = f"{sheet.source}/{sheet.device}"
            return Identity(scope=scope, mark=f"message:{value}", window_s=MESSAGE_WINDOW_S)
    return None
