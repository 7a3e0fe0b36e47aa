"""Redaction of messages before they are kept: pictures, faces, names, ages, phones, passwords.

Only messages that could not be read are kept as they came, for a later replay, and nobody knows what is in them. So a
value goes by its name (`age`, `faceId`, `password`) or by its shape (the address of a network card, a picture in
base64), at any depth, and in its place stands what it was. What names the sensor itself stays, or a replay could not
tell whose message it is: `serial_number`, `devEUI`, `device_mac`, and whatever address the topic carries too.

It errs on the side of taking out: a replay may then miss an `age` that was the age of a battery.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

from collectors import xmlspans
from collectors.edits import edited
from collectors.jsonspans import scan

BINARY_LIMIT = 256  # bytes of a payload that is no text; frames of radio sensors are shorter
KEPT_LIMIT = 1_000_000  # bytes of any payload
NESTED_LIMIT = 4  # JSON within the strings of JSON
BASE64_LIMIT = 512  # characters in one piece that are no frame any more; those have at most 484
QUOTED = 40  # characters of a value that a reason quotes at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripped:
    """A payload without what is personal, and the texts that were taken out."""

    payload: bytes
    removed: frozenset[str] = frozenset()

    def reason(self, text: str) -> str:
        """Redact the sentence of a rejection: what was taken out of the payload, or would have been."""
        for value in sorted(self.removed, key=len, reverse=True):
            for said in (value[: QUOTED - 2], json.dumps(value)[1:-1][: QUOTED - 2]):
                if len(said) > 2:
                    text = text.replace(said, "[stripped]")
        return _Stripper(own="").line(text)


def stripped(payload: bytes, topic: str = "") -> Stripped:
    """Redact a payload. What is unchanged is the same bytes; a second time changes nothing."""
    if len(payload) > KEPT_LIMIT or payload.startswith(_PICTURES):
        return Stripped(payload=_note_of(payload))
    text, encoding = _decoded(payload)
    if text is None:
        return Stripped(payload=payload if len(payload) <= BINARY_LIMIT else _note_of(payload))
    work = _Stripper(own=_hex(topic))
    new = work.document(text)
    kept = payload if new == text else new.encode(encoding, "replace")
    return Stripped(payload=kept, removed=frozenset(work.removed))


# Names ----------------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"[A-ZÅÄÖ]+(?![a-zåäöüß])|[A-ZÅÄÖ]?[a-zåäöüß]+")


def _set(*words: str) -> frozenset[str]:
    return frozenset(" ".join(words).split())


_AGE = _set("age ages agegroup birth birthday birthdate dob alter ålder födelsedatum")
_GENDER = _set("gender genders sex male female males females kön geschlecht")
_NAME = _set(
    "surname firstname lastname fullname username nickname givenname familyname personname facename email mail",
    "förnamn efternamn vorname nachname",
)
_PHONE = _set("phone phonenumber telephone msisdn telefon telefonnummer")
_PLATE = _set("plate plates licenseplate platenumber plateno numberplate kennzeichen regnr")
_IDS = _set(
    "faceid personid trackid objectid visitorid userid embedding embeddings fingerprint biometric personnummer",
    "ssn",
)
_SECRET = _set(
    "token password passwd pwd secret passphrase psk credential credentials authorization cookie jwt apikey",
    "appkey appskey nwkskey privatekey accesskey lösenord passwort",
)
_KEYS = tuple({what, "key"} for what in ("api", "app", "private", "access", "nwk", "encryption"))
_SECRETS = (*_KEYS, *({who, "pass"} for who in ("mqtt", "user", "wifi")))  # a pass alone is a passage
_PICTURE = _set(
    "image images img picture pictures photo photos snapshot thumbnail thumb jpeg jpg png pic crop"
)
_ADDRESS = _set("mac macs bssid macaddr macaddress bdaddr btaddr")

_PERSON = _set(
    "person persons face faces user users visitor visitors employee employees customer customers guest guests",
    "owner cardholder candidate candidates pedestrian human sub",
)
_TRACK = _set("track tracks tracked objects trajectory trajectories badge") | _PERSON
_TRACKED = _TRACK | _set("object obj subject card")  # by themselves they are too often something else
_RADIO = _set(
    "client clients station stations phone phones smartphone probe probes tag tags beacon beacons observation",
    "observations",
)
_ID = _set("tracking id ids uid uuid token feature features descriptor vector code hash number no nr")
_COUNT = _set("number no nr")  # of them, if it is a number
_NAMING = _set("name names label namn")
_OWN = _set(
    "device dev sensor gateway gw camera cam node serial sn eui deveui hub host module unit controller ap",
    "counter bridge coordinator ieee",
)
_HEARD = _set("rssi distance txpower mfr manufacturerdata adv")  # said of somebody else's radio
_STATES = _set(
    "on off true false yes no detected clear home not_home away occupied present absent open closed unknown",
    "none null person face user vehicle car",
)
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")

_WHOLE = _NAME | _PHONE | _PLATE | _IDS | _SECRET | _ADDRESS | _AGE
_ADDRESSED = (
    _ADDRESS | _ID | _set("address addr identifier serial")
)  # what may name the sensor at the top of a message

Words = frozenset[str]
NOWHERE: Words = frozenset()


def _words(name: str) -> Words:
    """Split a name into words in lower case: faceID, face_id and face-id are all face and id.

    Where the words together are one of the vocabulary (first_name), that is among them.
    """
    words = [w.lower() for w in _WORD.findall(name)]
    return frozenset((*words, whole) if (whole := "".join(words)) in _WHOLE else words)


def _personal(words: Words, around: Words, said: str | None) -> str:
    """Tell what a value is that is personal by its name, or ""; `around` are the words of the names it lies within.

    `said` is its text, None if it holds other values.
    """
    number = said is not None and _NUMBER.fullmatch(said) is not None
    state = said is not None and said.lower() in _STATES
    if words & _SECRET or any(words >= pair for pair in _SECRETS):
        return "password"
    if words & _AGE:
        return "age"
    if words & _GENDER:
        return "gender"
    if words & _PHONE and said is not None and not (number and len(said) < 7) and not state:
        return "phone"
    if words & _IDS or (words & _ID and (words & _TRACKED or (words <= _ID and around & _TRACK))):
        return "" if number and words & _COUNT else "id"
    if words & _PLATE and (words <= _PLATE or not number):
        return "plate"
    if number or state:
        return ""
    if words & _NAME or (words & _NAMING and (words | around) & _PERSON):
        return "name"
    if said is None:
        return ""
    if words and words <= _PERSON | {"label"} and words & _PERSON:
        return "name"
    return "picture" if words & _PICTURE else ""


def _company(names: Iterable[Words]) -> Words:
    """Tell what the names in an object say of it: an age beside a name makes a person, a signal strength a radio."""
    found = frozenset[str]()
    for words in names:
        if words & (_AGE | _GENDER) or (words & _PERSON and words & _ID):
            found |= {"person"}
        if words & _HEARD:
            found |= {"tag"}
    return found


# Shapes ---------------------------------------------------------------------------------------------------------------

_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM6", b"RIFF")
_MAC = re.compile(
    r"(?<![0-9A-Za-z:.-])(?:[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}|(?=[\d-]*[A-Fa-f])[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}"
    r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})(?![0-9A-Za-z]|[:.-][0-9A-Fa-f])"
)
_MAC_OR_DIGITS = re.compile(rf"{_MAC.pattern}|[0-9A-Fa-f]{{12}}")
_DOMAIN = r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,3}\.(?:[a-z]{2,12}|[A-Z]{2,12})"
_SHAPES = (
    ("picture", re.compile(r"data:[\w.+-]{1,40}/[\w.+-]{1,40}(?:;[\w=.+-]{1,40}){0,4},[^\s\"'<>)]*", re.I)),
    ("picture", re.compile(r"(?:/9j/|iVBORw0KGgo|R0lGOD|UklGR)[A-Za-z0-9+/=_-]{24,}")),
    ("password", re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")),
    ("password", re.compile(r"\b(?:bearer|basic)\s+[\w.~+/=-]{8,}", re.I)),
    ("password", re.compile(r"(?<=://)[^/\s:@\"']{1,100}:[^/\s@\"']{1,200}(?=@)")),
    (
        "address",
        re.compile(
            r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,3}\.(?:[a-z]{2,12}|[A-Z]{2,12})(?!\w)"
        ),
    ),
)
_PERSONAL_NUMBER = re.compile(r"(?<![\w-])(?:19|20)?\d{2}(?:0[1-9]|1[0-2])[0-3]\d[-+]\d{4}(?![\w-])")
_RUN = re.compile(rf"[A-Za-z0-9+/_=\-\r\n]{{{BASE64_LIMIT},}}")
_KEY = re.compile(r"([^\W\d][\w.-]{0,79})(?:\s{0,3}[=:]\s{0,3}| is )")
NOTE = "[stripped: "  # begins what stands in the place of what was taken out
_VALUE = re.compile(r"\[stripped[^\]\n]*\]|\"[^\"]*\"?|'[^']*'|[^\s,;&|<>\"'\]}]+")
_NOTE = re.compile(r"\[stripped[^\]\n]*\]")


class _Stripper:
    """Strips one payload. `own` are the hexadecimal digits of its topic; `removed` collects what was taken out."""

    def __init__(self, own: str) -> None:
        self._own = own
        self.removed: set[str] = set()

    def document(self, text: str, depth: int = 0) -> str:
        """Redact a whole payload, or a text in it that is a document itself."""
        start = text.lstrip("\ufeff \t\r\n")[:1]
        if start in ("{", "["):
            return edited(text, self._json(text, depth))
        if start == "<" and (chunks := xmlspans.scan(text)):
            return edited(text, self._xml(text, chunks, depth))
        return self.line(text)

    def line(self, text: str) -> str:
        """Redact a text of no known form: what is said as `age=34` or `age is 34`, and what has a shape."""
        return self._shapes(edited(text, self._pairs(text)), own=False)

    def _pairs(self, text: str) -> Iterator[tuple[int, int, str]]:
        end = 0
        for key in _KEY.finditer(text):
            if key.start() < end or not _personal(_words(key[1]), NOWHERE, "a value"):
                continue
            if value := _VALUE.match(text, key.end()):
                said = value[0].rstrip(":.!?").strip("\"'")
                what = _personal(_words(key[1]), NOWHERE, said)
                if what and said:
                    start = value.start() + (value[0][0] in "\"'")
                    end = start + len(said)
                    yield start, end, self._note(what, said)

    def _json(self, text: str, depth: int) -> Iterator[tuple[int, int, str]]:
        """Yield the edits of a JSON text. Walks without recursion: a payload may be nested as deep as it likes."""
        waiting = [(span, NOWHERE, NOWHERE, True) for span in scan(text)]
        while waiting:
            span, words, around, top = waiting.pop()  # what a list holds goes by the name of the list
            if span.name:
                words = _words(name := span.name.read(text))
                if (new := self._shapes(name, own=self._is_topics(name), around=around)) != name:
                    yield span.name.start, span.name.end, _quoted(new)
            if span.kind in ("text", "bare"):
                said = span.read(text)
                if (new := self._leaf(said, words, around, top, depth)) != said:
                    yield span.start, span.end, _quoted(new)
            elif span.inner and (what := _personal(words, around, None)):
                self.removed.update(leaf.read(text) for leaf in span.leaves())
                yield span.start, span.end, _quoted(self._note(what, text[span.start : span.end]))
            else:
                within = around | words
                company = within | _company(_words(s.name.read(text)) for s in span.inner if s.name)
                first = top and not span.name
                for s in span.inner:
                    near = within if s.kind in ("object", "list") else company
                    inherited = words if span.kind == "list" else NOWHERE
                    waiting.append((s, inherited, near, first and "object" in (span.kind, s.kind)))

    def _xml(self, text: str, chunks: list[xmlspans.Chunk], depth: int) -> Iterator[tuple[int, int, str]]:
        inside: dict[int, list[Words]] = {}
        for chunk in chunks:
            inside.setdefault(chunk.parent, []).append(_words(chunk.name))
        for chunk in chunks:
            said = text[chunk.start : chunk.end]
            around = NOWHERE.union(*map(_words, chunk.around)) | _company(inside[chunk.parent])
            new = self._leaf(said, _words(chunk.name), around, len(chunk.around) < 2, depth)
            if said.strip() and new != said:
                yield chunk.start, chunk.end, new

    def _leaf(self, said: str, words: Words, around: Words, top: bool, depth: int) -> str:
        """Redact a value."""
        if said.strip() in ("", "null") or _NOTE.fullmatch(said):
            return said
        if what := _personal(words, around, said.strip()):
            return self._note(what, said)
        own = self._is_own(words, around, said, top)
        if words & _ADDRESS and not own and _MAC_OR_DIGITS.fullmatch(said.strip()):
            return self._note("address", said)
        if depth < NESTED_LIMIT and said.lstrip()[:1] in ("{", "[", "<"):
            return self.document(said, depth + 1)
        return self._shapes(said, own, around, serial=bool(words & _OWN))

    def _is_own(self, words: Words, around: Words, said: str, top: bool) -> bool:
        """Tell whether an address is the sensor's: by its name, by what it lies within, or because the topic has it."""
        if self._is_topics(said):
            return True
        if (words | around) & (_RADIO | _TRACK):
            return bool(words & _OWN) and not words & (_RADIO | _TRACK)
        return bool((words | around) & _OWN) or (top and bool(words & _ADDRESSED))

    def _is_topics(self, said: str) -> bool:
        return _MAC_OR_DIGITS.fullmatch(said.strip()) is not None and _hex(said) in self._own

    def _shapes(self, text: str, own: bool, around: Words = NOWHERE, serial: bool = False) -> str:
        """Redact what has the shape of something personal; addresses stay if they are the sensor's `own`."""
        for what, shape in _SHAPES:
            text = shape.sub(lambda m, what=what: self._note(what, m[0]), text)  # type: ignore[misc]
        text = _RUN.sub(lambda m: self._note("data", m[0]) if _is_dense(m[0]) else m[0], text)
        if not serial:
            text = _PERSONAL_NUMBER.sub(lambda m: self._note("id", m[0]), text)
        if own:
            return text
        if around & _RADIO and _MAC_OR_DIGITS.fullmatch(text):
            return self._note("address", text)
        return _MAC.sub(lambda m: m[0] if self._is_topics(m[0]) else self._note("address", m[0]), text)

    def _note(self, what: str, value: str) -> str:
        if _NOTE.fullmatch(value):
            return value
        self.removed.add(value.strip())
        size = f", {len(value)} characters" if len(value) > 100 else ""
        return f"{NOTE}{what}{size}]"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _is_dense(run: str) -> bool:
    """Tell whether a run of letters and digits is data: in long lines, not words below each other, and no number."""
    lines = [line for line in run.splitlines() if line]
    return sum(map(len, lines)) >= 40 * len(lines) and not run.isdecimal()


def _hex(text: str) -> str:
    """Return the hexadecimal digits of an address, or of a topic that may hold one."""
    return re.sub(r"[^0-9a-f]", "", text.lower())


def _decoded(payload: bytes) -> tuple[str | None, str]:
    """Decode a payload to text and the encoding that gives it back; None if it is none."""
    encoding = "utf-16" if payload.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    try:
        text = payload.decode(encoding)
    except UnicodeDecodeError:
        text, encoding = payload.decode("latin-1"), "latin-1"
    strange = sum(not c.isprintable() and c not in "\t\r\n\ufeff" for c in text)
    return (None if strange * 20 > len(text) else text), encoding


def _note_of(payload: bytes) -> bytes:
    digest = blake2b(payload, digest_size=8).hexdigest()
    return f"{NOTE}{len(payload)} bytes, blake2b {digest}]".encode()
