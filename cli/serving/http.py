"""HTTP servers inside a service: a listening socket, and uvicorn that leaves signals to its caller."""

import contextlib
import socket
from collections.abc import Iterator
from typing import Final

import uvicorn

from besok.model.errors import SettingsError
from besok.model.settings import Settings
from cli.stack import ports


class Server(uvicorn.Server):
    """A uvicorn server that leaves signals to whoever started it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: the caller stops the server."""
        yield


SIGN_IN: Final = "; with people who sign in, set BESOK_PUBLIC_URL to the https address of the proxy in front"


def listen(settings: Settings, port: int, setting: str, *, signed_in: bool = False) -> socket.socket:
    """Return a listening socket on the host of the settings. Raises SettingsError that names `setting`.

    `signed_in`: others may reach it where they can sign in.
    """
    allowed = settings.expose or bool(signed_in and settings.public_url)
    ports.check_host(settings.host, allowed, SIGN_IN if signed_in else "")
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, port), family=family, backlog=2048)
    except OSError as exc:
        raise SettingsError(
            f"the address {settings.host}:{port} cannot be used ({exc.strerror}): set {setting} to a free port"
        ) from exc
