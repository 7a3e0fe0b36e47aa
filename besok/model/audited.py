"""What the audit says of changes: stored in English, and recognised again to be told in the language of its reader."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from besok.model.access import Audited
from besok.model.messages import Translatable

NO_ROLE: Final = "no role"
ROLES_BY: Final = Translatable("roles: {roles}, by {who}")
ROLES: Final = Translatable("roles: {roles}")
KEY: Final = Translatable("role: {roles}, until {until}")
CODES_SET: Final = Translatable("set")
CODES_REMOVED: Final = Translatable("taken away")
SESSIONS_ENDED: Final = Translatable("sessions ended: {n}")
ASKED: Final = Translatable("asked: {title}")
CANCELLED: Final = Translatable("cancelled")
REMOVED_TITLE: Final = Translatable("removed: {title}")
PLAYED: Final = Translatable("played")
PLAY_ENDED: Final = Translatable("play ended")
REMOVED: Final = Translatable("removed")
REMOVED_BY: Final = Translatable("{who}: removed")
VOIDED: Final = Translatable("{who}: {why}; readings: {n}, from {first} to {last}")
RELEASED: Final = Translatable("released, readings of {device}: {n}, {who}")
DROPPED: Final = Translatable("dropped, readings of {device}: {n}, {who}")
ACCEPTED: Final = Translatable("accepted from {first}, {who}: {why}")
REJECTED: Final = Translatable("rejected, {who}: {why}")
UNDONE_WHY: Final = Translatable("undone, {who}: {why}")
UNDONE: Final = Translatable("undone, {who}")
ENDED_BY: Final = Translatable("ended, {who}")
ENDED: Final = Translatable("ended")
HEADCOUNT: Final = Translatable("people: {n}, by {who}")
BY: Final = Translatable("by {who}")
EVENTS: Final = Translatable("events: {new} new, {changed} changed, {removed} removed")
HOLIDAYS: Final = Translatable("school holidays: {n}")
REMOVED_ENTRIES: Final = Translatable("removed, entries: {n}")
EMPTIED: Final = Translatable("emptied, readings: {n}")
TO_BE_LEARNT: Final = Translatable("to be learnt")
PICTURE: Final = Translatable("a picture with the digest {digest}")
NO_PICTURE: Final = Translatable("no picture any more")
STORED: Final = Translatable("{who}: stored")
TAKEN_BACK: Final = Translatable("{who}: undone")
RESTORED: Final = Translatable("{who}: restored")
RULE: Final = Translatable("rule: {kind}")
MUTED: Final = Translatable("{subject} until {until}, {who}: {why}")
ANNOUNCED: Final = Translatable("{text}, until {until}, {who}")
VOID_OF: Final = Translatable("void {n} of {device}")
VOID: Final = Translatable("void {n}")
CORRECTION: Final = Translatable("correction {n}")
IMPORT: Final = Translatable("import {n}")
FINDING: Final = Translatable("finding {n}")
DECISION: Final = Translatable("decision {n}")
MAPPING: Final = Translatable("mapping {n}")
PERSON: Final = Translatable("a person's name")

# Of each kind of change, subjects and details, those first that hold what people wrote: it may read like another.
SENTENCES: Final[Mapping[Audited, Sequence[Translatable]]] = {
    "account.add": (ROLES_BY, ROLES),
    "account.roles": (ROLES,),
    "account.block": (ENDED,),
    "account.totp": (CODES_SET, CODES_REMOVED),
    "account.sign_out": (SESSIONS_ENDED, BY),
    "key.add": (KEY,),
    "scenario": (ASKED, CANCELLED, REMOVED_TITLE, PLAYED, PLAY_ENDED),
    "codec": (REMOVED,),
    "action": (REMOVED_BY,),
    "void": (VOID_OF, VOID, VOIDED, UNDONE_WHY),
    "release": (DECISION, RELEASED, DROPPED, UNDONE),
    "calibration": (CORRECTION, ACCEPTED, REJECTED, UNDONE_WHY),
    "count": (BY,),
    "headcount": (HEADCOUNT, UNDONE_WHY),
    "finding.acknowledge": (FINDING,),
    "alert.acknowledge": (BY,),
    "alert.rule": (RULE,),
    "maintenance": (MUTED, ENDED_BY),
    "announcement": (ANNOUNCED, ENDED_BY),
    "calendar": (EVENTS, HOLIDAYS, REMOVED_ENTRIES),
    "sandbox": (EMPTIED,),
    "device.mapping": (MAPPING, ENDED),
    "device.topics": (TO_BE_LEARNT,),
    "site.picture": (PICTURE, NO_PICTURE),
    "import": (IMPORT, STORED, TAKEN_BACK, RESTORED),
    "privacy.erase": (PERSON,),
}

_VALUES: Final = {"until": r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?", "text": ".*"}  # others: as little as possible


def recognised(action: str, text: str) -> Translatable | None:
    """Return the sentence that a subject or a detail was written with; None if it was with none, or an older version.

    >>> recognised("headcount", "people: 12, by Kim")
    Translatable(english='people: {n}, by {who}', values={'n': '12', 'who': 'Kim'}, about='')
    """
    for kind, sentences in SENTENCES.items():
        for sentence in sentences if kind == action else ():
            if match := _pattern(sentence.english).fullmatch(text):
                return sentence(**match.groupdict())
    return None


@cache
def _pattern(english: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", english)
    found = (
        f"(?P<{part}>{_VALUES.get(part, '.*?')})" if n % 2 else re.escape(part)
        for n, part in enumerate(parts)
    )
    return re.compile("".join(found), re.DOTALL)
