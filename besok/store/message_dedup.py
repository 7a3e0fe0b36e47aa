"""De-duplication of messages: a redelivered message is not stored a second time.

Most readings need none of this: a device that sends a time has sent the key of its reading, and writing it again
changes nothing. The table `seen` is for messages that carry no time, or one that is not the device's own (a radio frame
received by two networks), and for rejected ones. It is written in the transaction of the readings, so after any crash
a message is in both or in neither.

A message has up to two marks. Its own numbering (`Identity`) is valid on any route. The numbering of the broker
(client and packet id) is valid only for what the broker marks as sent before, since it reuses each number;
so a packet id stands for the last message that had it, and is forgotten before its number comes round.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

from msgspec import Struct

from besok.model.readings import Identity
from besok.store.database import Connection, Database, array, sql

PACKET_IDS = 65_535  # of a session; brokers give them out one after the other, from 1
NEAR = 8_192  # packet ids; a broker that gives them out in another order stays within so many
LONGEST = 200  # characters of a scope or a mark
PACKET_WINDOW = timedelta(days=30)  # longer than any broker keeps a session


class Origin(Struct, frozen=True, kw_only=True, eq=False):
    """The delivery of a message that is to be stored once; no two are equal, whatever their content.

    `digest` is of the message's content, `packet_id` the broker's number of the delivery to `client` (0 for none), and
    `redelivered` the broker's mark that it may have sent it before.
    """

    received: datetime
    digest: bytes
    identity: Identity | None = None
    client: str = ""
    packet_id: int = 0
    redelivered: bool = False

    @property
    def scope(self) -> str:
        """Return the scope of the broker's numbers."""
        return _scope(self.client)

    @property
    def marks(self) -> Iterator["Mark"]:
        """Yield all marks that identify the message."""
        identity = self.identity
        if identity:
            until = self.received + timedelta(seconds=identity.window_s)
            yield Mark(_short(identity.scope), _short(identity.mark), self.digest, self.received, until)
        if self.packet_id:
            until = self.received + PACKET_WINDOW
            yield Mark(self.scope, _packet(self.packet_id), self.digest, self.received, until)


class Mark(NamedTuple):
    """A row of the table `seen`."""

    scope: str
    mark: str
    digest: bytes
    received: datetime
    forget: datetime


Key = tuple[str, str, bytes]


def repeats(conn: Connection, origins: Sequence[Origin]) -> set[Origin]:
    """Record the deliveries; return those whose message was stored before or repeats an earlier one of them.

    Call this before the transaction locks anything else: a concurrent transaction with the same message waits here
    until this one has ended.
    """
    repeated: set[Origin] = set()
    remaining = list(origins)
    while remaining:
        marks, count = _marks(remaining, repeated)
        if not marks:
            break
        _forget_packets(conn, [o for o in remaining[:count] if o.packet_id])
        seen = marks.keys() - set(conn.execute(sql("seen_enter"), _columns(marks.values())).fetchall())
        if seen:
            repeated.update(o for o in remaining[:count] if any(mark[:3] in seen for mark in o.marks))
        remaining = remaining[count:]
    return repeated


def _columns(marks: Iterable[Mark]) -> dict[str, str]:
    scope, mark, digest, received, forget_at = zip(*marks, strict=True)
    return {
        "scope": array(scope),
        "mark": array(mark),
        "digest": array([f"\\x{d.hex()}" for d in digest]),
        "received": array(received),
        "forget": array(forget_at),
    }


def forget(db: Database, now: datetime) -> int:
    """Delete marks whose message can no longer be redelivered; return how many."""
    return db.run("seen_forget", {"now": now})


def forget_sessions(conn: Connection, clients: Iterable[str], origins: Iterable[Origin]) -> None:
    """Forget the packet ids of these clients: the broker has forgotten their sessions, and numbers from 1 again.

    A message of the new session that is redelivered before we have stored it would else be taken for the one that had
    its number in the old session, if both have the same content. `origins`, with which the session begins, are not
    forgotten if they are written again.
    """
    before = min((o.received for o in origins), default=None)
    conn.execute(
        sql("seen_forget_scopes"), {"scopes": [_scope(client) for client in clients], "before": before}
    )


def _marks(origins: Sequence[Origin], repeated: set[Origin]) -> tuple[dict[Key, Mark], int]:
    """Return the marks of as many deliveries as can be recorded at once, and how many those are.

    Those that repeat an earlier one of them are added to `repeated`. A mark that is reused (its window is over) has
    to wait until the earlier one is recorded.
    """
    marks: dict[Key, Mark] = {}
    for number, origin in enumerate(origins):
        new = {mark[:3]: mark for mark in origin.marks}
        if known := [key for key in new if key in marks]:
            if not any(_repeats(origin, new[key], marks[key]) for key in known):
                return marks, number
            repeated.add(origin)
        for key, mark in new.items():
            marks.setdefault(key, mark)
    return marks, len(origins)


def _repeats(origin: Origin, mark: Mark, earlier: Mark) -> bool:
    if mark.received > earlier.forget:
        return False
    return origin.redelivered or mark.received == earlier.received or not _is_packet(origin, mark)


def _is_packet(origin: Origin, mark: Mark) -> bool:
    return bool(origin.packet_id) and mark.scope == origin.scope


def _forget_packets(conn: Connection, deliveries: Sequence[Origin]) -> None:
    """Forget the messages that had these packet ids before, and those whose ids will soon be reused.

    The broker reuses an id only after the former message was acknowledged. It may mark the new message as redelivered,
    too, although its first delivery never arrived here; if its content equals that of a lap ago, it would be taken
    for a repeat and be lost.
    """
    if not deliveries:
        return
    latest = deliveries[-1]
    first, last = zip(*_next_half(latest.packet_id), strict=True)
    columns = {
        "scope": [o.scope for o in deliveries],
        "mark": [_packet(o.packet_id) for o in deliveries],
        "digest": [o.digest for o in deliveries],
        "received": [
            None if o.redelivered else o.received for o in deliveries
        ],  # a repeat may differ in that
    }
    conn.execute(
        sql("seen_packets"), {**columns, "latest": latest.scope, "first": list(first), "last": list(last)}
    )


def _next_half(packet_id: int) -> list[tuple[str, str]]:
    """Return the marks after `packet_id` in the next half of the lap, except for the nearest, as one or two ranges."""
    first, last = ((packet_id - 1 + steps) % PACKET_IDS + 1 for steps in (NEAR, PACKET_IDS // 2))
    ranges = [(first, last)] if first <= last else [(first, PACKET_IDS), (1, last)]
    return [(_packet(a), _packet(b)) for a, b in ranges]


def _scope(client: str) -> str:
    return _short(f"mqtt/{client}")


def _packet(packet_id: int) -> str:
    return f"packet:{packet_id:05}"  # in the order of the numbers


def _short(text: str) -> str:
    """Return `text` in a form fit for an index: a hash where it is long or not printable."""
    if len(text) <= LONGEST and text.isprintable():
        return text
    return f"hash:{blake2b(text.encode('utf-8', 'replace'), digest_size=16).hexdigest()}"
