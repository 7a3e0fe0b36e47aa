"""Listener for notifications of the database, in place of polling."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event

import psycopg
from psycopg import sql as compose

log = logging.getLogger(__name__)
PATIENCE_S = 0.5  # how long a stop may go unnoticed
RETRY_S = 1.0
RECONNECTED = "reconnected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notification. Channel `reconnected` means that some may have been missed: reload everything."""

    channel: str
    payload: str = ""


def listen(url: str, channels: Sequence[str], stop: Event) -> Iterator[Notice]:
    """Yield each notification on the channels until `stop` is set, reconnecting whenever the connection is lost.

    The first notice is always `reconnected`: from then on nothing is missed.
    """
    warned = False  # once per outage
    while not stop.is_set():
        try:
            with psycopg.connect(url, autocommit=True, connect_timeout=5) as conn:
                for channel in channels:
                    conn.execute(compose.SQL("listen {}").format(compose.Identifier(channel)))
                warned = False
                yield Notice(channel=RECONNECTED)
                while not stop.is_set():
                    for n in conn.notifies(timeout=PATIENCE_S):
                        yield Notice(channel=n.channel, payload=n.payload)
        except (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction) as exc:  # or still a standby
            level, warned = logging.DEBUG if warned else logging.WARNING, True
            log.log(level, "Waiting for news from the database: %s", exc, extra={"action": "news_away"})
            stop.wait(RETRY_S)
