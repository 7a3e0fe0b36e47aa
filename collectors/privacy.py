"""Redaction of rejected messages before they are kept, by allowlist: docs/reference/redaction.md.

Kept are numbers, booleans, times in known forms, words of lists, names that a person has given, keys that look like
keys, and what names the device under a known key. A name of a sender that nobody has placed becomes its
pseudonym (`id-...`), everything else its kind (`[text]`). A mapping needs fields and numbers, which stay.
"""

import json
import logging
import re
from typing import Any

from msgspec.structs import replace

from besok.model.decode_context import DecodeContext
from besok.model.errors import Unreadable
from besok.model.mapping_draft import name_of
from besok.model.pseudonyms import PSEUDONYM, by_level, canonical, pseudonym
from besok.model.readings import Message
from besok.store.write import Rejection
from collectors import kept_forms, limits
from collectors.adapters import xmltext
from collectors.adapters.packet import Packet
from collectors.devices import field_names
from collectors.kept_forms import KEYS, PROSE
from collectors.stored_names import is_known

log = logging.getLogger(__name__)

KEPT_LIMIT = 1_000_000  # bytes of a payload
NESTED_LIMIT = 3  # levels of JSON within strings of JSON
LARGE = 10**8  # no count and no measurement is larger; telephone and personal numbers are

_KIND = re.compile(r"\[(?:text|number|\d{1,9} bytes)\]", re.ASCII)  # placeholders of dropped parts
_KINDS = re.compile(r"\[text\](?:\W{0,2}\[text\])+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_OTHER = r"[^\x00-\x7f…–’“”\ufffd]"  # marks of scripts and emoji, which are not letters to `re`
_NUMBER = re.compile(r"[0-9]{1,4}e?|[1-9]0+")  # 100000 is a limit of ours, 1e begins 1e+13
_WORD = re.compile(rf"(?:[^\W_]|{_OTHER}){{2,}}|{_OTHER}")


def redact(rejection: Rejection, known: DecodeContext) -> Rejection:
    """Return a rejection with payload, topic and reason redacted; with nothing of them if that fails."""
    work = _Redactor(rejection.message, known)
    try:
        message = work.message()
        return replace(rejection, message=message, reason=work.reason(rejection.reason, message))
    except Exception as exc:  # whatever a payload does here, other messages must be stored
        log.error("Cannot redact a message: %s", type(exc).__name__, extra={"action": "redaction_failed"})
        hidden = pseudonym(known.key, rejection.message.topic)
        nothing = replace(rejection.message, topic=hidden, payload=b"[text]")
        reason = f"the message cannot be redacted ({type(exc).__name__}), so nothing of it is kept; please report this"
        return replace(rejection, message=nothing, reason=reason)


def redacted(message: Message, known: DecodeContext) -> Message:
    """Return a message with payload and topic redacted."""
    return _Redactor(message, known).message()


class _Pairs(list[tuple[str, Any]]):
    """The members of a JSON object as written: a name may occur twice."""


class _Redactor:
    """Redacts one message."""

    def __init__(self, message: Message, known: DecodeContext) -> None:
        self._message, self._known = message, known
        self._identifiers: set[str] = set()  # identifiers that are kept, in canonical form
        self._hidden: dict[str, str] = {}  # pseudonyms by name
        self._changes = 0
        self._budget = limits.Budget()

    def message(self) -> Message:
        """Return the redacted message; the payload first, since it may name the device of the topic."""
        payload = self._payload()
        return replace(self._message, payload=payload, topic=by_level(self._message.topic, self._level))

    def _payload(self) -> bytes:
        raw = self._message.payload
        is_small = len(raw) <= KEPT_LIMIT and not limits.problem(raw)
        text = _text(raw) if is_small else None
        if text is None:
            return (
                raw if is_small and kept_forms.is_frame(raw) else self._drop(f"[{len(raw)} bytes]").encode()
            )
        try:
            new = self._document(text, 0)
        except Unreadable:
            return self._drop(f"[{len(raw)} bytes]").encode()
        return raw if new == text else new.encode()

    def reason(self, text: str, stored: Message) -> str:
        """Return the reason of a rejection without the parts that the `stored` message lacks."""
        original, topic = self._message.topic, stored.topic
        if original != topic:
            text = text.replace(f"name = {_quoted(name_of(original))}", f"name = {_quoted(name_of(topic))}")
            for form in {original, json.dumps(original)[1:-1], _quoted(original)[1:-1]} - {""}:
                if form in text:
                    text = re.sub(rf"(?<![\w/]){re.escape(form)}(?![\w/])", topic, text)
        text = _DAY.sub(lambda day: day[0] if kept_forms.is_late(day[0]) else "[time]", text)
        if self._changes or original != topic or "…" in text:
            stored_words = _folded(stored.payload.decode("utf-8", "replace")) | _folded(topic)
            text = _WORD.sub(lambda word: self._redacted_word(word[0], stored_words), text)
        return _KINDS.sub("[text]", text).encode("utf-8", "replace").decode()

    def _redacted_word(self, word: str, stored: set[str]) -> str:
        """Return a word of a reason if it is stored, known or ours, else its placeholder.

        Adapters quote parts of what was dropped, and write them in other ways: these cannot be looked for.
        """
        folded = word.casefold()
        if folded in PROSE or folded in stored or folded in self._identifiers or _NUMBER.fullmatch(word):
            return word
        parts = field_names.words(word)
        if "".join(parts) == folded and all(part in PROSE or part in field_names.KNOWN for part in parts):
            return word
        return self._hidden.get(folded, "[number]" if word.isdecimal() else "[text]")

    def _drop(self, kind: str = "[text]") -> str:
        self._changes += 1
        return kind

    def _document(self, text: str, depth: int) -> str:
        """Redact a whole payload, or a text in it that is JSON; XML and CSV become the JSON parsed from them."""
        try:
            value = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_Pairs)
        except ValueError:
            return self._other(text)
        before = self._changes
        new = self._json(value, "", True, depth)
        return text if self._changes == before else new

    def _other(self, text: str) -> str:
        raw = text.encode("utf-8", "replace")  # JSON can escape half a character
        document = Packet(replace(self._message, payload=raw)).object
        if not document:
            return self._redacted_text(text, "", False, NESTED_LIMIT)
        self._changes += 1  # comments and the like are in no object
        ((root, inner),) = json.loads(json.dumps(document), object_pairs_hook=_Pairs)
        return f"{{{_quoted(self._key(root))}: {self._json(inner, '', True, NESTED_LIMIT)}}}"

    def _json(self, value: Any, key: str, top: bool, depth: int, frames: bool = False) -> str:
        self._budget.check()
        if isinstance(value, _Pairs):
            keys = {canonical(name) for name, _ in value}
            via, frames = bool(keys & KEYS["heard"]), bool(keys & KEYS["ports"])
            inner = []
            for name, part in value:
                text = self._json(part, canonical(name), self._leads(name, part, top, via), depth, frames)
                inner.append(f"{_quoted(self._key(name))}: {text}")
            return "{" + ", ".join(inner) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self._json(v, key, top and not key, depth) for v in value) + "]"
        if isinstance(value, str):
            return _quoted(self._redacted_text(value, key, top, depth, frames))
        return json.dumps(value) if self._is_small(value, key, top) else _quoted(self._drop("[number]"))

    def _leads(self, name: str, value: Any, top: bool, via: bool) -> bool:
        """Tell whether the value under a name is still at the top, where the device names itself."""
        word = canonical(name)
        if isinstance(value, _Pairs | list):
            return top and word in KEYS["holders"]
        return top and not (via and word in KEYS["addresses"] | {"id"})

    def _key(self, name: str) -> str:
        """Return a field's name if it looks like one, else its placeholder."""
        return name if name == xmltext.TEXT or kept_forms.is_key(name) else self._pseudonym(name)

    def _level(self, level: str) -> str:
        return level if self._is_named(level) or is_known(level, self._known) else self._pseudonym(level)

    def _redacted_text(self, value: str, key: str, top: bool, depth: int, frames: bool = False) -> str:
        text = value.strip()
        if (
            text[:1] in ("{", "[")
            and depth < NESTED_LIMIT
            and not limits.problem(text.encode("utf-8", "replace"))
        ):
            return self._document(value, depth + 1)
        is_frame = key in KEYS["frames"] or (frames and key in KEYS["frames_with_port"])
        if not text or (kept_forms.is_coded_frame(text) if is_frame else self._is_allowed(text, key)):
            return value
        if key in KEYS["identifiers"] and (top or key == "deveui") and kept_forms.is_identifier(text, key):
            self._identifiers.add(canonical(text))
            return value
        if kept_forms.is_name(text):
            return self._pseudonym(text)
        return self._drop()

    def _is_allowed(self, text: str, key: str) -> bool:
        return len(text) <= kept_forms.TEXT_LIMIT and (
            kept_forms.is_words(text)
            or kept_forms.is_number(text)
            or kept_forms.is_time(text, self._message.received)
            or self._is_named(text)
            or PSEUDONYM.fullmatch(text) is not None
            or _KIND.fullmatch(text) is not None
            or (key in KEYS["models"] and (kept_forms.is_model(text) or canonical(text) in self._known.makes))
        )

    def _is_named(self, text: str) -> bool:
        """Tell whether a person gave this name, or the message uses it for its device."""
        name = canonical(text)
        return name in self._known.names or name in self._identifiers

    def _is_small(self, value: float | None, key: str, top: bool) -> bool:
        """Tell whether a value that is not text is kept: a count or measurement, a time, the number of the device."""
        return (
            value is None
            or value != value
            or abs(value) < LARGE
            or kept_forms.is_instant(value, self._message.received)
            or (key in KEYS["identifiers"] and top)
        )

    def _pseudonym(self, name: str) -> str:
        hidden = pseudonym(self._known.key, name)
        if hidden == name:
            return name
        self._hidden[name.casefold()] = hidden
        return self._drop(hidden)


def _text(payload: bytes) -> str | None:
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return None
    return text if all(c.isprintable() or c in "\t\r\n\ufeff" for c in text) else None


def _folded(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
