"""Settings, logs and shutdown of commands that run until they are ended."""

import logging
import signal
import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING

import typer

from besok.model.errors import BesokError

if TYPE_CHECKING:  # loaded when a command runs: `besok --help` need not wait for it
    from besok.model.settings import Settings
    from cli.serving.status import Watched


def settings(service: str = "") -> "Settings":
    """Load the settings of this process and set up its logs.

    A command that is not a service uses the running demo by default.
    """
    from besok.model import settings as settings_module
    from cli.serving.logs import configure
    from cli.stack.home import find

    loaded = settings_module.load()
    if not service:
        loaded = find().with_addresses(loaded)
    configure(loaded, service)
    return loaded


def asked_to_end() -> threading.Event:
    """Return an event that SIGINT and SIGTERM set; the second signal ends the process at once."""
    stop = threading.Event()

    def end(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    return stop


def serve(
    run: "Callable[[Settings, threading.Event], None]",
    service: str,
    port: str = "",
    watched: "Watched | None" = None,
) -> None:
    """Run a service until the process is asked to end; serve what is `watched` of it on the port of that setting.

    It ends, to be started again, also when one of its threads dies: without it the rest would only look alive.
    """
    from cli.serving.status import status_server

    stop = asked_to_end()
    loaded = settings(service)
    dead, before = [], threading.excepthook

    def end(args: threading.ExceptHookArgs) -> None:
        if issubclass(args.exc_type, SystemExit):
            return
        dead.append(args.thread)
        text, extra = "The thread %s has died, and the service ends with it", {"action": "thread_died"}
        name = args.thread.name if args.thread else "?"
        logging.getLogger(__name__).critical(text, name, exc_info=args.exc_value, extra=extra)
        stop.set()

    threading.excepthook = end
    try:
        with status_server(loaded, port, watched) if watched else nullcontext():
            run(loaded, stop)
    except BesokError as exc:  # said where the rest of the service is said
        logging.getLogger(__name__).critical("%s", exc, extra={"action": "service_failed"})
        raise typer.Exit(1) from None
    finally:
        threading.excepthook = before
    if dead:
        raise typer.Exit(1)
