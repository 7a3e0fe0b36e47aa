"""The receiver service: counts from HTTP or a folder, published to the broker."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from besok.model.errors import SchemaMismatch, SettingsError, StoreError
from besok.model.settings import Settings
from besok.store import receive_tokens, schema
from besok.store.database import Database
from besok.store.heartbeats import Heartbeat
from besok.store.notify import listen as listen_to_news
from cli.serving.guarded import SILENT_S, GuardedProtocol
from cli.serving.http import in_thread, listen
from cli.serving.status import Watched, status_server
from collectors.receive.app import Receiver
from collectors.receive.folder import Folder
from collectors.receive.metrics import ReceiverCounters, families
from collectors.receive.publisher import Publisher

log = logging.getLogger(__name__)

NAME = "receiver"
BEAT_EVERY_S = 5  # and tokens are read again, should the news of one have been missed
POOL_WAIT_S = 1
GRACE_S = 12  # seconds that a request may still take when the service stops: the broker has ten to answer


def serve(settings: Settings, stop: threading.Event) -> None:
    """Receive until `stop` is set. Raises SettingsError if an address or a folder cannot be used."""
    if not settings.receive_port and not settings.receive_folder:
        raise SettingsError(
            "there is nothing to receive: set BESOK_RECEIVE_PORT, or name a folder with --folder"
        )
    counters = ReceiverCounters()
    folder = Folder(Path(settings.receive_folder), counters) if settings.receive_folder else None
    with Publisher(settings) as publisher:
        receiver = Receiver(publisher, counters)
        watched = Watched(
            families=lambda _now: families(counters, publisher.connected, receiver.problem),
            problem=lambda _now: receiver.problem,
        )
        with (
            status_server(settings, "receive_status_port", watched),
            _threads(settings, receiver, counters, folder, publisher, stop),
            _listening(settings, receiver),
        ):
            stop.wait()
    log.info("Stopped", extra={"action": "receiver_stopped"})


@contextmanager
def _listening(settings: Settings, receiver: Receiver) -> Iterator[None]:
    """Accept requests for as long as the block lasts, then finish those under way."""
    if not settings.receive_port:
        yield
        return
    with in_thread(
        receiver,
        listen(settings, "receive_port"),
        "http",
        http=GuardedProtocol,
        log_level="error",  # broken requests are not news; refused ones are in the metrics
        timeout_keep_alive=SILENT_S,
        timeout_graceful_shutdown=GRACE_S,
    ):
        where = f"http://{settings.host}:{settings.receive_port}/in/DEVICE"
        log.info("Taking counts at %s", where, extra={"action": "receiver_started"})
        yield


@contextmanager
def _threads(
    settings: Settings,
    receiver: Receiver,
    counters: ReceiverCounters,
    folder: Folder | None,
    publisher: Publisher,
    stop: threading.Event,
) -> Iterator[None]:
    """Keep the tokens current, and watch the folder, until the block ends."""
    changed = threading.Event()
    threads = [
        threading.Thread(target=_beat, name="beat", args=(settings, receiver, counters, changed, stop)),
        threading.Thread(target=_follow, name="news", args=(settings, changed, stop)),
    ]
    if folder:
        threads.append(threading.Thread(target=folder.watch, name="folder", args=(publisher, stop)))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        changed.set()
        for thread in threads:
            thread.join()


def _follow(settings: Settings, changed: threading.Event, stop: threading.Event) -> None:
    """Listen until stopped for tokens that are made and removed."""
    for _ in listen_to_news(settings.database_url.get_secret_value(), [receive_tokens.CHANNEL], stop):
        changed.set()


def _beat(
    settings: Settings,
    receiver: Receiver,
    counters: ReceiverCounters,
    changed: threading.Event,
    stop: threading.Event,
) -> None:
    """Read the tokens until stopped, at once after a change, and send heartbeats to the database."""
    last_logged, heartbeat = "", Heartbeat(settings.heartbeat(NAME))
    with Database(settings.database_url.get_secret_value(), pool_size=1, wait_s=POOL_WAIT_S) as db:
        while not stop.is_set():
            try:
                schema.check(db)
                receiver.tokens = receive_tokens.load_all(db)
                heartbeat.beat(db, datetime.now(UTC), counters.detail())
                last_logged = ""
            except StoreError as exc:
                what = exc.in_full if isinstance(exc, SchemaMismatch) else "the database is away"
                level, last_logged = (logging.DEBUG if last_logged == what else logging.WARNING), what
                log.log(level, "The tokens stay as they are: %s", what, extra={"action": "tokens_stale"})
            changed.wait(BEAT_EVERY_S)
            changed.clear()  # before reading: what is made meanwhile is read the next time
