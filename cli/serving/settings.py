"""What commands share that run until they are ended: settings, logs, and how they end."""

import logging
import signal
import threading
from collections.abc import Callable

import typer

from besok.model import settings as settings_module
from besok.model.errors import BesokError
from besok.model.settings import Settings


def settings(service: str = "") -> Settings:
    """The settings of this process, whose logs are set up by them.

    A command that is no service speaks to the demo that runs here, if nothing else is said.
    """
    from cli.serving.logs import configure
    from cli.stack.home import find

    loaded = settings_module.load()
    if not service:
        loaded = find().found_by(loaded)
    configure(loaded, service)
    return loaded


def asked_to_end() -> threading.Event:
    """An event that is set when the process is asked to end; asked twice, it ends at once."""
    stop = threading.Event()

    def end(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    return stop


def serve(run: Callable[[Settings, threading.Event], None], service: str) -> None:
    """Run a service until the process is asked to end."""
    stop = asked_to_end()
    loaded = settings(service)
    try:
        run(loaded, stop)
    except BesokError as exc:  # said where the rest of the service is said
        logging.getLogger(__name__).critical("%s", exc, extra={"action": "service_failed"})
        raise typer.Exit(1) from None
