"""The collector: takes messages from the broker into the database, and acknowledges them only then."""

import gc
import logging
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from besok.model.broker import SECRET
from besok.model.errors import SchemaMismatch, StoreError
from besok.model.settings import Settings
from besok.store import schema
from besok.store.database import Database
from besok.store.heartbeats import BEHIND, Heartbeat, beats
from collectors.counters import Counters
from collectors.devices import registry
from collectors.identity import Registrar
from collectors.inbox import Inbox
from collectors.knowledge import Knowledge
from collectors.mqtt import Connection
from collectors.replay import replay_mapped
from collectors.writer import Writer

log = logging.getLogger(__name__)

BEAT_EVERY_S = 5
QUIET_S = 3  # without a message: the broker's queue is empty
PATIENCE_S = 5  # for the current batch after a request to stop
POOL_WAIT_S = 1  # before an unreachable database is tried again
# In objects: a batch of frames that wait for their codec holds 100,000 and no cycles, so these are sought less often
GARBAGE_AFTER = 300_000
SWITCH_S = 0.0005  # for which decoding holds up the thread with an answer of the database; 5 ms by default

utc_now: Callable[[], datetime] = partial(datetime.now, UTC)


def leave(settings: Settings, stop: threading.Event) -> None:
    """Store the messages queued at the broker for the client id of the settings, then end its session.

    For a collector that gets another id, or an account of another name. Raises SettingsError.
    """
    counters, drained = Counters(), threading.Event()

    def watch() -> None:
        last_received = -1
        while not stop.wait(QUIET_S) and (last_received != counters.received or counters.waiting):
            last_received = counters.received if counters.connected else -1
        drained.set()

    watching = threading.Thread(target=watch, name="leaving")
    watching.start()
    try:
        run(settings, drained, counters, leaving=True)
    finally:
        watching.join()


def run(
    settings: Settings, stop: threading.Event, counters: Counters | None = None, *, leaving: bool = False
) -> None:
    """Collect until `stop` is set; then finish what was received and leave the rest with the broker.

    It waits for an unreachable broker or database. Raises SettingsError for settings that cannot be used.
    """
    gc.set_threshold(GARBAGE_AFTER, 20, 100)
    sys.setswitchinterval(SWITCH_S)
    registry.index()  # before messages come, not when the first one does
    inbox, counters = Inbox(), counters or Counters()
    connection = Connection(settings, inbox, counters, utc_now, leaving=leaving)
    # A third of what may be under way is a batch: one is committed, one decoded, and one arrives.
    batch = max(1, settings.mqtt_inflight // 3)
    url = settings.database_url.get_secret_value()
    with Database(url, pool_size=4, wait_s=POOL_WAIT_S) as db:
        knowledge = Knowledge(db)
        registrar = Registrar(db, settings.new_devices_per_hour, utc_now)
        writer = Writer(
            db, knowledge, inbox, connection.acknowledge, counters, stop, batch, utc_now, registrar
        )
        catch_up = partial(_catch_up, db, settings.new_devices_per_hour)
        writing = threading.Thread(target=writer.run, name="writer")
        beating = threading.Thread(target=_beat, name="beat", args=(db, settings, inbox, counters, stop))
        following = threading.Thread(target=knowledge.follow, name="news", args=(url, stop, catch_up))
        try:
            for thread in (writing, beating, following):
                thread.start()
            connection.start()
            stop.wait()
        finally:
            log.info("Ending: nothing more is taken in", extra={"action": "collector_ending"})
            stop.set()
            inbox.close()
            writing.join(PATIENCE_S)
    # Closing the pool has woken threads that still waited for the database.
    writing.join()
    beating.join()
    connection.stop()
    following.join()
    log.info("Stopped", extra={"action": "collector_stopped"})


def _catch_up(db: Database, new_devices: int) -> None:
    """Read stored messages of devices that a person has mapped; a failure is retried at the next notification."""
    try:
        replay_mapped(db, utc_now(), new_devices)
    except StoreError as exc:
        log.warning("Kept messages cannot be read again now: %s", exc, extra={"action": "replay_failed"})
    except Exception:  # what else is new has to be heard of all the same
        log.exception("Kept messages cannot be read again", extra={"action": "replay_failed"})


def _beat(db: Database, settings: Settings, inbox: Inbox, counters: Counters, stop: threading.Event) -> None:
    """Until stopped, write heartbeats with our figures to the database."""
    name = settings.mqtt_client_id.removeprefix("besok-").partition(SECRET)[0]
    heartbeat = Heartbeat(name)
    while True:
        now = utc_now()
        try:
            schema.check(db)
            counters.mismatch = ""
            counters.note_presence(now, next((one.detail for one in beats(db) if one.name == name), {}))
            is_behind = counters.behind_s(now) > BEHIND.total_seconds()
            state = counters.connected, counters.lost > 0, is_behind
            heartbeat.beat(db, now, counters.detail(now, waiting=len(inbox)), state)
            counters.answered = utc_now()
        except SchemaMismatch as exc:
            if not counters.mismatch:
                log.warning("Waiting: %s", exc.in_full, extra={"action": "schema_mismatch"})
            counters.mismatch = str(exc)
        except StoreError:  # whoever has something to store reports it
            counters.answered = None
            log.debug("No heartbeat: the database is away")
        if stop.wait(BEAT_EVERY_S):
            return
