"""Redaction of rejected messages before they are kept, by allowlist: docs/reference/redaction.md.

Kept are numbers, booleans, times in known forms, words of the lists in `allowlist`, names that a person has given, keys
that look like keys, and what names the device under a known key. A name of a sender that nobody has placed becomes its
pseudonym (`id-...`), everything else its kind (`[text]`). A mapping needs fields and numbers, which stay.
"""

import base64
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from xml.etree.ElementTree import Element, ParseError, tostring
from zoneinfo import available_timezones

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from besok.model.decode_context import DecodeContext
from besok.model.mapping_draft import name_of
from besok.model.pseudonyms import PSEUDONYM, by_level, canonical, pseudonym
from besok.model.readings import Message
from besok.store.write import Rejection
from collectors import limits
from collectors.allowlist import KEYS, PROSE, WORDS, table_texts

KEPT_LIMIT = 1_000_000  # bytes of a payload
FRAME_LIMIT = 256  # bytes of a radio frame
NESTED_LIMIT = 3  # JSON within the strings of JSON
TEXT_LIMIT = 60  # characters of words
QUOTED = 1_000  # characters of a text that a reason may quote
LARGE = 10**9  # no count and no measurement is larger; telephone and personal numbers are
NEAR = timedelta(days=400)  # before its receipt; a number or a day that far back is no time of a message
AHEAD = timedelta(days=2)

_KEY = re.compile(r"(?!.*\d{5})[A-Za-zÅÄÖÆØÜåäöæøüéß_$][A-Za-zÅÄÖÆØÜåäöæøüéß0-9_.:-]{0,47}", re.ASCII)
_ADDRESS = re.compile(r"(?:[0-9A-Fa-f]{2}[:.-]?){5,}[0-9A-Fa-f]{2}|[A-Z]{3}\d\d[\dA-Z]")  # or a number plate
_NUMBER = re.compile(
    r"([+-]?\d{1,9}(?:[.,]\d{1,9})?(?:[eE][+-]?\d{1,2})?)\s?([^\W\d]{0,7}|%|°[CF])", re.ASCII
)
_TOKEN = re.compile(r"[A-ZÅÄÖ]+(?![a-zåäö])|[A-ZÅÄÖ]?[a-zåäö]+|[0-9]+|[ _.,:;()/@+-]")
_CODE = re.compile(r"[A-Za-z]{0,6}\d{1,5}[A-Za-z]{0,3}")
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z:._-]{1,63}")
_RUN = re.compile(r"[0-9A-Fa-f]{3,}|[A-Za-z]+")
_SHORT = re.compile(r"[0-9]{1,4}")
_PERSONAL = re.compile(
    r"(?:19|20)?\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]|[6-9]\d)\d{4}"
)  # a Swedish personal number
_TEXT_IN_BYTES = re.compile(rb"(?:[A-Za-z]|[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}){4}|[0-9]{6}")
_KIND = re.compile(r"\[(?:text|number|\d{1,9} bytes)\]", re.ASCII)  # what stands for what was dropped
_CODE_NUMBER = re.compile(r"0x[0-9A-Fa-f]{1,4}")
_DAY = re.compile(r"(\d{4})[-/.]?(\d\d)[-/.]?(\d\d)")
_CLOCK = re.compile(r"\d\d?:\d\d(?::\d\d(?:[.,]\d{1,9})?)?|\d{4}(?:\d\d)?", re.ASCII)
_ZONED = re.compile(r"(.*?)\s?(Z|UTC|GMT|[A-Z]{3,4}|[+-]\d\d:?\d\d)?", re.ASCII)
_OFFSET = re.compile(r"(?:UTC|GMT)(?:[+-]\d{1,2}(?::\d\d)?)?")
_BIRTHDAY = re.compile(r"(?:19\d\d|200\d|201[0-5])(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_TOLD_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WORD = re.compile(r"[^\W_]{2,}")
_KINDS = re.compile(r"\[text\](?:\W{0,2}\[text\])+")


def redact(rejection: Rejection, known: DecodeContext) -> Rejection:
    """Return a rejection with what may be kept of its payload, its topic and its reason."""
    work = _Redactor(rejection.message, known)
    message = work.message()
    return replace(rejection, message=message, reason=work.reason(rejection.reason, message))


def redacted(message: Message, known: DecodeContext) -> Message:
    """Return a message with what may be kept of it."""
    return _Redactor(message, known).message()


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it is written: a name may come twice."""


class _Redactor:
    """Redacts one message; `_dropped` collects the words that were dropped, with what stands for each."""

    def __init__(self, message: Message, known: DecodeContext) -> None:
        self._message, self._known = message, known
        self._own: set[str] = set()  # identifiers that are kept, in canonical form
        self._dropped: dict[str, str] = {}
        self._changes = 0

    def message(self) -> Message:
        """Return what may be kept of the message; the payload first, since it may name the device of the topic."""
        payload = self._payload()
        return replace(self._message, payload=payload, topic=by_level(self._message.topic, self._level))

    def _payload(self) -> bytes:
        """Return what may be kept of the payload; the same bytes if that is all of it."""
        raw = self._message.payload
        text = _text(raw)
        if limits.problem(raw) or len(raw) > KEPT_LIMIT:
            return f"[{len(raw)} bytes]".encode()
        if text is None:
            return raw if _is_frame(raw) else f"[{len(raw)} bytes]".encode()
        new = self._document(text, 0)
        return raw if new == text else new.encode()

    def reason(self, text: str, kept: Message) -> str:
        """Return the sentence of a rejection without what was dropped from the message that is `kept`."""
        came, topic = self._message.topic, kept.topic
        if came != topic:
            text = text.replace(f"name = {_quoted(name_of(came))}", f"name = {_quoted(name_of(topic))}")
            for said in {came, json.dumps(came)[1:-1], _quoted(came)[1:-1]} - {""}:
                text = re.sub(rf"(?<![\w/]){re.escape(said)}(?![\w/])", topic, text)
        text = _TOLD_DAY.sub(lambda day: day[0] if self._is_day(day[0], alone=False) else "[time]", text)
        if self._dropped or "…" in text:
            words = {*_WORD.findall(kept.payload.decode("utf-8", "replace")), *_WORD.findall(topic)}
            text = _WORD.sub(lambda word: self._said(word[0], text[word.end() : word.end() + 1], words), text)
        return _KINDS.sub("[text]", text).encode("utf-8", "replace").decode()

    def _said(self, word: str, after: str, kept: set[str]) -> str:
        """Return a word of a reason, or what stands for it: if it was dropped, or is what is left of a longer one."""
        folded = word.casefold()
        if folded in PROSE or word in kept or (word.isdecimal() and len(word) < 5):
            return word
        return self._dropped.get(folded) or ("[text]" if after == "…" else word)

    def _drop(self, said: str, kind: str = "[text]") -> str:
        """Note that a text is dropped; return what stands for it."""
        self._changes += 1
        words = _WORD.findall(said[:QUOTED])
        for word in (*words, "".join(words), *_WORD.findall(json.dumps(said[:QUOTED]))):
            self._dropped.setdefault(word.casefold(), kind if len(words) == 1 else "[text]")
        return kind

    def _drop_number(self, value: float) -> str:
        self._changes += 1
        if isinstance(value, int) or value.is_integer():
            self._dropped.setdefault(str(int(value))[:QUOTED], "[number]")
        return "[number]"

    def _document(self, text: str, depth: int) -> str:
        """Redact a whole payload, or a text in it that is JSON itself."""
        if text.lstrip("\ufeff \t\r\n")[:1] == "<":
            return self._xml(text)
        try:
            value = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_Pairs)
        except ValueError:
            return self._leaf(text, "", False, NESTED_LIMIT)
        before = self._changes
        new = self._json(value, "", True, depth)
        return text if self._changes == before else new

    def _json(self, value: Any, key: str, top: bool, depth: int, frames: bool = False) -> str:
        if isinstance(value, _Pairs):
            keys = {canonical(name) for name, _ in value}
            heard, frames = bool(keys & KEYS["heard"]), bool(keys & KEYS["ports"])
            inner = []
            for name, said in value:
                told = self._json(said, canonical(name), self._leads(name, said, top, heard), depth, frames)
                inner.append(f"{_quoted(self._key(name))}: {told}")
            return "{" + ", ".join(inner) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self._json(v, key, top and not key, depth) for v in value) + "]"
        if isinstance(value, str):
            return _quoted(self._leaf(value, key, top, depth, frames))
        return json.dumps(value) if self._is_small(value, key, top) else _quoted(self._drop_number(value))

    def _leads(self, name: str, value: Any, top: bool, heard: bool) -> bool:
        """Tell whether what stands under a name is still the top, where the device names itself."""
        word = canonical(name)
        if isinstance(value, _Pairs | list):
            return top and word in KEYS["holders"]
        return top and not (heard and word in KEYS["addresses"] | {"id"})

    def _xml(self, text: str) -> str:
        try:
            root = fromstring(text.strip(" \t\r\n\ufeff").encode(), forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError):
            return self._drop(text)
        self._element(root, True)
        return tostring(root, encoding="unicode")

    def _element(self, element: Element, top: bool) -> None:
        waiting = [(element, top)]
        while waiting:
            element, top = waiting.pop()
            for child in element:
                name = canonical(_local(child.tag))
                waiting.append((child, top and (len(child) == 0 or name in KEYS["holders"])))
            element.tag = self._key(_local(element.tag))
            attributes = [(_local(name), value) for name, value in element.attrib.items()]
            element.attrib.clear()
            for name, value in attributes:
                element.set(self._key(name), self._leaf(value, canonical(name), top, 0))
            if element.text and element.text.strip():
                element.text = self._leaf(element.text.strip(), canonical(element.tag), top, 0)
            if element.tail and element.tail.strip():
                element.tail = self._leaf(element.tail.strip(), "", False, 0)

    def _key(self, name: str) -> str:
        """Return the name of a field if it looks like one; an address, a name of somebody, a sentence do not."""
        if PSEUDONYM.fullmatch(name) or (_KEY.fullmatch(name) and not _ADDRESS.fullmatch(name)):
            return name
        return self._pseudonym(name)

    def _level(self, level: str) -> str:
        is_kept = self._is_named(level) or _is_words(level, self._known.places) or _SHORT.fullmatch(level)
        return level if is_kept else self._pseudonym(level)

    def _leaf(self, said: str, key: str, top: bool, depth: int, frames: bool = False) -> str:
        """Redact a text that is a value."""
        text = said.strip()
        if (
            text[:1] in ("{", "[")
            and depth < NESTED_LIMIT
            and not limits.problem(text.encode("utf-8", "replace"))
        ):
            return self._document(said, depth + 1)
        is_frame = (
            key in KEYS["frames"] or (frames and key in KEYS["frames_with_port"])
        ) and _is_coded_frame(text)
        if not text or is_frame or self._is_allowed(text, key):
            return said
        if key in KEYS["identifiers"] and (top or key == "deveui") and self._is_identifier(text, key):
            self._own.add(canonical(text))
            return said
        if _NAME.fullmatch(text) and any(c.isdecimal() for c in text):
            return self._pseudonym(text)
        return self._drop(said)

    def _is_allowed(self, text: str, key: str) -> bool:
        if len(text) > TEXT_LIMIT:
            return False
        return (
            _is_words(text, self._known.places)
            or _is_number(text)
            or self._is_time(text)
            or self._is_named(text)
            or PSEUDONYM.fullmatch(text) is not None
            or _KIND.fullmatch(text) is not None
            or (key in KEYS["models"] and _is_model(text))
        )

    def _is_named(self, text: str) -> bool:
        """Tell whether a person has named it, or the message names its device so."""
        name = canonical(text)
        return name in self._known.names or name in self._own

    def _is_identifier(self, text: str, key: str) -> bool:
        """Tell whether a text is the number of a device: letters come in few, in hexadecimal, or as known words."""
        if not _NAME.fullmatch(text) or not any(c.isdecimal() for c in text):
            return False
        if _PERSONAL.fullmatch(re.sub(r"\D", "", text)):
            return False
        if key in KEYS["addresses"] and canonical(text)[1:2] in ("2", "6", "a", "e"):
            return False  # made up by a phone, not given by a maker
        return all(
            len(run) < 3 or run.casefold() in WORDS or _is_hex(run, text) for run in _RUN.findall(text)
        )

    def _is_small(self, value: object, key: str, top: bool) -> bool:
        """Tell whether a value that is no text is kept: a count or measurement, a time, the number of the device."""
        if value is None or isinstance(value, bool) or not isinstance(value, int | float):
            return True
        return (
            abs(value) < LARGE
            or value != value
            or self._is_instant(value)
            or (key in KEYS["identifiers"] and top)
        )

    def _is_instant(self, value: float) -> bool:
        """Tell whether a number is a time near the receipt, in seconds since 1970 or in parts of them."""
        received = self._message.received.timestamp()
        first, last = received - NEAR.total_seconds(), received + AHEAD.total_seconds()
        return any(first * unit <= value <= last * unit for unit in (1, 10**3, 10**6, 10**9))

    def _is_time(self, text: str) -> bool:
        """Tell whether a text is a time: a day and a clock, a clock, a day of late, a zone, seconds since 1970."""
        if text.isdecimal() and len(text) > 9:
            return self._is_instant(int(text[:20])) or (
                len(text) == 14 and self._is_day(text[:8], alone=True)
            )
        if _CLOCK.fullmatch(text) or _OFFSET.fullmatch(text) or text in _zones():
            return True
        day = _DAY.match(text) or re.match(r"(\d\d)[./-](\d\d)[./-](\d{4})", text)
        if not day:
            return False
        rest = text[day.end() :]
        if not rest:
            return self._is_day(day[0], alone=True)
        clock = _ZONED.fullmatch(rest[1:]) if rest[0] in "T t_,/" else None
        if clock and _CLOCK.fullmatch(clock[1].strip()):
            return self._is_day(day[0], alone=False)
        return rest[0] == "/" and self._is_time(rest[1:])

    def _is_day(self, text: str, *, alone: bool) -> bool:
        """Tell whether a day is that of a measurement, not of a birth.

        It is near the receipt; where a clock follows, it is of late, or one on which a clock begins that was never set.
        """
        digits = [int(part) for part in re.findall(r"\d+", text)] if len(text) == 10 else [int(text[:4])]
        year = next((part for part in digits if part > 31), 0)
        if not alone:
            return year > 2015 or text in ("1970-01-01", "2000-01-01")
        try:
            day = datetime.strptime(re.sub(r"\D", "", text), "%Y%m%d")  # noqa: DTZ007 - compared as a day
        except ValueError:
            return False
        received = self._message.received.replace(tzinfo=None)
        return received - NEAR <= day <= received + AHEAD

    def _pseudonym(self, name: str) -> str:
        hidden = pseudonym(self._known.key, name)
        return hidden if hidden == name else self._drop(name, hidden)


# Forms ----------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=10_000)
def _is_words(text: str, places: frozenset[str] = frozenset()) -> bool:
    """Tell whether a text is made of words of the lists, of places, and short numbers: `Line 0`, `door-3`."""
    if len(text) > TEXT_LIMIT:
        return False
    if text.casefold() in WORDS or text.casefold() in table_texts():
        return True
    parts = _TOKEN.findall(text)
    if "".join(parts) != text or sum(map(str.isdecimal, text)) > 4:
        return False
    words = [part for part in parts if part.isalpha()]
    return bool(words) and all(word.casefold() in WORDS or word.casefold() in places for word in words)


def _is_number(text: str) -> bool:
    """Tell whether a text is a number, with a unit or without: `21.5`, `45 %`, `21,5 °C`."""
    found = _NUMBER.fullmatch(text)
    if found is None or (found[2] and found[2].casefold() not in WORDS):
        return _CODE_NUMBER.fullmatch(text) is not None
    return not _BIRTHDAY.fullmatch(text)


def _is_model(text: str) -> bool:
    return all(part.casefold() in WORDS or _CODE.fullmatch(part) for part in re.split(r"[ _./-]+", text))


def _is_hex(run: str, text: str) -> bool:
    return len(canonical(text)) >= 8 and re.fullmatch(r"[0-9A-Fa-f]+", run) is not None


def _is_frame(frame: bytes) -> bool:
    """Tell whether bytes are those of a radio frame: few, and no text among them."""
    return len(frame) <= FRAME_LIMIT and not any(
        map(_TEXT_IN_BYTES.search, (frame, frame.replace(b"\0", b"")))
    )


def _is_coded_frame(text: str) -> bool:
    """Tell whether a text is a frame in hexadecimal or in base64."""
    if len(text) > 2 * FRAME_LIMIT:
        return False
    try:
        return _is_frame(bytes.fromhex(text))
    except ValueError:
        pass
    try:
        return _is_frame(base64.b64decode(text, validate=True))
    except ValueError:
        return False


def _text(payload: bytes) -> str | None:
    """Return a payload as text, None if it is none."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return None
    return text if all(c.isprintable() or c in "\t\r\n\ufeff" for c in text) else None


@cache
def _zones() -> set[str]:
    return available_timezones()


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
