"""The trail of a collector: what it has stored lately, in the order in which the broker sent it.

Written in the transaction of the readings, so whatever is killed, a message is in both or in neither. With it a
collector knows what comes again from a broker that gives such messages other numbers (collectors/redelivery.py).
"""

from dataclasses import dataclass
from typing import Any

import psycopg

from besok.model.errors import StoreError
from besok.store.database import Database, sql

DIGEST = 8  # bytes of a message


class Superseded(StoreError):
    """Another process stores what the broker sends to the same client: only one of them may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one transaction adds. The last `unacknowledged` messages are still with the broker; steps before `keep` are
    needed no more."""

    client: str
    session: int
    number: int
    writer: int
    digests: tuple[bytes, ...]
    unacknowledged: int
    keep: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The steps of the present session, as they were stored: number and digests of each."""

    session: int = 0
    steps: tuple[tuple[int, tuple[bytes, ...]], ...] = ()
    last: int = 0  # number of the last step, also of an earlier session
    unacknowledged: int = 0


def write(conn: psycopg.Connection[Any], step: Step) -> None:
    """Enters the step; once more is no harm. Raises Superseded."""
    key = {"client": step.client.replace("\0", "")}
    columns = {
        "number": step.number,
        "session": step.session,
        "writer": step.writer,
        "digests": b"".join(step.digests),
        "unacknowledged": step.unacknowledged,
    }
    if not conn.execute(sql("trail_insert"), key | columns).fetchone():
        raise Superseded(
            f"another collector has stored what the broker sends to {step.client}: each needs a BESOK_MQTT_CLIENT_ID of"
            " its own"
        )
    conn.execute(sql("trail_forget"), key | {"keep": step.keep})


def load(db: Database, client: str) -> Past:
    """What is known of a client. Raises StoreUnavailable."""
    with db.transaction() as conn:
        rows = conn.execute(sql("trail_load"), {"client": client.replace("\0", "")}).fetchall()
    if not rows:
        return Past()
    last, session, _, unacknowledged = rows[-1]
    steps = tuple((number, _cut(digests)) for number, s, digests, _ in rows if s == session)
    return Past(session=session, steps=steps, last=last, unacknowledged=unacknowledged)


def _cut(digests: bytes) -> tuple[bytes, ...]:
    return tuple(digests[at : at + DIGEST] for at in range(0, len(digests), DIGEST))
