"""What redaction lets pass: words and keys of allowlist.toml, units of the catalogue, words of model tables.

Beside them forms: numbers, times, names of fields, numbers of devices, radio frames.
"""

import base64
import contextlib
import re
import tomllib
from datetime import datetime, timedelta
from functools import cache, partial
from importlib.resources import files
from typing import Final
from zoneinfo import available_timezones

from besok.model.metrics import METRICS
from besok.model.pseudonyms import canonical
from besok.model.short_texts import cached_if_short
from besok.model.units import UNITS
from collectors.devices import field_names
from collectors.devices.table import tables


def _sets(section: str) -> dict[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in _TABLE[section].items()}


_TABLE = tomllib.loads(files("collectors").joinpath("allowlist.toml").read_text("utf-8"))
_UNITS = {unit.casefold() for unit in (*UNITS, *(metric.unit for metric in METRICS.values())) if unit}
KEYS: Final = _sets("keys")
LISTS: Final = _sets("words")
UNIT_WORDS: Final = LISTS["units"] | _UNITS
WORDS: Final = UNIT_WORDS.union(*LISTS.values())
PROSE: Final = WORDS | _sets("prose")["words"]
FRAME_LIMIT = 256  # bytes of a radio frame
TEXT_LIMIT = 60  # characters of words
NEAR = timedelta(days=400)  # before its receipt; a number or a day that far back is not a time of a message
AHEAD = timedelta(days=2)

_KEY = re.compile(r"(?!.*\d{5})[A-Za-zÅÄÖÆØÜåäöæøüéß_$][A-Za-zÅÄÖÆØÜåäöæøüéß0-9_.:-]{0,47}", re.ASCII)
_ADDRESS = re.compile(r"(?:[0-9A-Fa-f]{2}[:.-]?){5,}[0-9A-Fa-f]{2}|[A-Z]{3}\d\d[\dA-Z]")  # or a number plate
_NUMBER = re.compile(
    r"([+-]?\d{1,8}(?:[.,]\d{1,9})?(?:[eE][+-]?\d{1,2})?)\s?([^\W\d]{0,7}|%|°[CF])|0x[0-9A-Fa-f]{1,4}",
    re.ASCII,
)
_TOKEN = re.compile(r"[A-ZÅÄÖ]+(?![a-zåäö])|[A-ZÅÄÖ]?[a-zåäö]+|[0-9]+|[ _.,:;()/@+-]")
_CODE = re.compile(r"[A-Za-z]{0,3}\d{1,5}[A-Za-z]{0,3}")
_NAME = re.compile(r"(?=.*\d)[0-9A-Za-z][0-9A-Za-z:._-]{1,63}", re.ASCII)
_RUN = re.compile(r"[0-9A-Fa-f]{3,}|[A-Za-z]+")
_PERSONAL = re.compile(  # a Swedish personal number
    r"(?:19|20)?\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]|[6-9]\d)\d{4}"
)
_BIRTHDAY = re.compile(r"(?:19\d\d|200\d|201[0-5])(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_PRONOUNCEABLE = re.compile(  # unlike bytes in base64 or hexadecimal: AnnaBerg, EBBA
    r"(?:(?:[A-Z]?[a-z]{2,}[/+]?)+|[A-Z]{2,}(?:[/+][A-Z]{2,})*)[0-9]{0,4}"
)
_TEXT_IN_BYTES = re.compile(rb"(?:[A-Za-z]|[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}){4}|[0-9]{6}")
_DAY = re.compile(r"\d{4}(?P<s>[-/.]?)\d\d(?P=s)\d\d|\d\d(?P<t>[-/.])\d\d(?P=t)\d{4}", re.ASCII)
_CLOCK = re.compile(r"\d\d?:\d\d(?::\d\d(?:[.,]\d{1,9})?)?|\d{4}(?:\d\d)?", re.ASCII)
_ABBREVIATIONS = "UTC|GMT|WET|WEST|CET|CEST|BST|EET|EEST|MSK|JST|KST|E[SD]T|C[SD]T|M[SD]T|P[SD]T"
_ZONED = re.compile(rf"(.*?)\s?(Z|{_ABBREVIATIONS}|[+-]\d\d:?\d\d)?", re.ASCII)
_OFFSET = re.compile(rf"(?:{_ABBREVIATIONS})(?:[+-]\d{{1,2}}(?::\d\d)?)?", re.ASCII)


@cache
def table_texts() -> frozenset[str]:
    """Return the texts that model tables name, in small letters: models, levels of topics, types and states."""
    texts: set[str] = set()
    for table in tables():
        texts.update((table.vendor, table.model, *table.also, *table.names))
        for form in table.messages:
            texts.update(form.topic.split("/"), *(condition.texts for condition in form.asked))
            texts.update(*(state.is_ for state in form.unless))
            texts.update(*(value.yes | value.no | value.invalid for value in form.values))
    return frozenset(map(str.casefold, texts))


@cached_if_short(10_000)
def is_words(text: str, places: frozenset[str] = frozenset()) -> bool:
    """Tell whether a text consists of listed words, places and short numbers: `Line 0`, `door-3`."""
    if len(text) > TEXT_LIMIT:
        return False
    if text.casefold() in WORDS or text.casefold() in table_texts():
        return True
    parts = _TOKEN.findall(text)
    if "".join(parts) != text or sum(map(str.isdecimal, text)) > 4:
        return False
    words = [part.casefold() for part in parts if part.isalpha()]
    return bool(words) and all(word in WORDS or word in places for word in words)


def is_number(text: str) -> bool:
    """Tell whether a text is a number, with a unit or without: `21.5`, `45 %`, `21,5 °C`; not a date of birth."""
    match = _NUMBER.fullmatch(text)
    if match is None or _BIRTHDAY.fullmatch(text):
        return False
    return not match[2] or match[2].casefold() in UNIT_WORDS


def is_model(text: str) -> bool:
    """Tell whether a text names a model: words and codes such as VS133."""
    parts = re.split(r"[ _./-]+", text)
    return all(p.casefold() in WORDS or (_CODE.fullmatch(p) and not _is_pronounceable(p)) for p in parts)


def may_be_model(text: str) -> bool:
    """Tell whether a text may name an unlisted model: known words, and codes that cannot be pronounced."""
    return is_words(text) or all(
        is_words(part) or (is_name(part) and not _is_pronounceable(part)) for part in text.split()
    )


def _is_pronounceable(code: str) -> bool:
    letters = (run.casefold() for run in re.findall(r"[A-Za-z]{3,}", code))
    return any(run not in WORDS and set(run) & set("aeiouy") for run in letters)


def is_key(name: str) -> bool:
    """Tell whether a name looks like a field's; an address, a person's name or a sentence does not.

    Of several words one must be known, and all if blanks are between them: `anna.svensson` is not a field.
    """
    if _KEY.fullmatch(name.replace(" ", "_")) is None or _ADDRESS.fullmatch(name):
        return False
    parts = name.casefold().split(" ") if " " in name else field_names.words(name)
    letter_parts = [word for word in parts if not word.isdecimal()]
    known = [word in WORDS or word in field_names.KNOWN for word in letter_parts]
    if " " in name:
        return all(known) and sum(map(str.isdecimal, name)) <= 4
    return len(letter_parts) < 2 or any(known) or any(len(word) < 3 for word in letter_parts)


def is_name(text: str) -> bool:
    """Tell whether a text may name something counted or numbered: no blanks, and a digit."""
    return _NAME.fullmatch(text) is not None


def is_identifier(text: str, key: str) -> bool:
    """Tell whether a text is the number of a device: its letters are few, hexadecimal, or known words."""
    if key.endswith("eui"):
        return re.fullmatch(r"[0-9a-f]{16}", canonical(text)) is not None
    if not is_name(text) or _PERSONAL.fullmatch(re.sub(r"\D", "", text)):
        return False
    if key in KEYS["addresses"] and canonical(text)[1:2] in ("2", "6", "a", "e"):
        return False  # random, from a phone, not assigned by a maker
    is_long = len(canonical(text)) >= 8
    return all(
        len(run) < 3 or run.casefold() in WORDS or (is_long and re.fullmatch(r"[0-9A-Fa-f]+", run))
        for run in _RUN.findall(text)
    )


def is_frame(frame: bytes) -> bool:
    """Tell whether bytes are those of a radio frame: few, and no text among them."""
    hidden = frame.replace(b"\0", b"")  # two bytes per letter
    return len(frame) <= FRAME_LIMIT and not (_TEXT_IN_BYTES.search(frame) or _TEXT_IN_BYTES.search(hidden))


def is_coded_frame(text: str) -> bool:
    """Tell whether a text is a frame in hexadecimal or in base64, in which a name can be written too."""
    if len(text) > 2 * FRAME_LIMIT or _PRONOUNCEABLE.fullmatch(text):
        return False
    for decode in (bytes.fromhex, partial(base64.b64decode, validate=True)):
        with contextlib.suppress(ValueError):
            return is_frame(decode(text))
    return False


def is_instant(value: float, received: datetime) -> bool:
    """Tell whether a number is a time near the receipt, in seconds since 1970 or in parts of them."""
    first, last = (received - NEAR).timestamp(), (received + AHEAD).timestamp()
    return any(first * unit <= value <= last * unit for unit in (1, 10**3, 10**6, 10**9))


def is_time(text: str, received: datetime) -> bool:
    """Tell whether a text is a time: a day and a clock, a clock, a day of late, a zone, seconds since 1970."""
    if text.isdecimal() and len(text) > 9:
        is_calendar = len(text) == 14 and is_day(text[:8], received)
        return is_calendar or is_instant(int(text[:20]), received)
    if _CLOCK.fullmatch(text) or _OFFSET.fullmatch(text) or text in _zones():
        return True
    day = _DAY.match(text)
    if not day:
        return False
    rest = text[day.end() :]
    if not rest:
        return is_day(day[0], received)
    clock = _ZONED.fullmatch(rest[1:]) if rest[0] in "T t_,/" else None
    if clock and _CLOCK.fullmatch(clock[1].strip()):
        return is_late(day[0])
    return rest[0] == "/" and is_time(rest[1:], received)


def is_late(day: str) -> bool:
    """Tell whether a day is not a date of birth: in the last years, or the start of a clock that was never set."""
    return int(max(re.findall(r"\d+", day), key=len)[:4]) > 2015 or day in ("1970-01-01", "2000-01-01")


def is_day(text: str, received: datetime) -> bool:
    """Tell whether a day without a clock is near the receipt."""
    try:
        day = datetime.strptime(re.sub(r"\D", "", text), "%Y%m%d")  # noqa: DTZ007 - compared as a day
    except ValueError:
        return False
    return received - NEAR <= day.replace(tzinfo=received.tzinfo) <= received + AHEAD


@cache
def _zones() -> set[str]:
    """Return the zones of a region or an offset; not single words, which are people's names too: Israel, Cuba."""
    return {zone for zone in available_timezones() if "/" in zone}
