"""HTTP servers inside a service: a listening socket, and uvicorn that leaves signals to its caller."""

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Iterator
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

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


@contextlib.contextmanager
def in_thread(app: ASGIApp, listener: socket.socket, name: str, **options: Any) -> Iterator[None]:
    """Serve in a thread of that name for as long as the block lasts, then finish the requests under way."""
    config = uvicorn.Config(
        app,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        **options,
    )
    server = Server(config)
    thread = threading.Thread(target=server.run, name=name, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def listen(settings: Settings, port: str, *, signed_in: bool = False) -> socket.socket:
    """Return a socket on the host of the settings, listening on the port of that setting. Raises SettingsError.

    `signed_in`: others may reach it where they can sign in.
    """
    allowed = settings.expose or bool(signed_in and settings.public_url)
    ports.check_host(settings.host, allowed, SIGN_IN if signed_in else "")
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, getattr(settings, port)), family=family, backlog=2048)
    except OSError as exc:
        raise SettingsError(
            f"the address {settings.host}:{getattr(settings, port)} cannot be used ({exc.strerror}): "
            f"set BESOK_{port.upper()} to a free port"
        ) from exc
    # Connections inherit it: else the body of an answer waits 40 ms until the client confirms the head
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def trusted_proxies(settings: Settings) -> list[str]:
    """Return the addresses and networks whose forwarded headers are trusted. Raises SettingsError.

    A name or `*` is none: uvicorn would take the one for a literal and believe everybody with the other.
    """
    addresses = [name.strip() for name in settings.trusted_proxies.split(",") if name.strip()]
    for name in addresses:
        try:
            everybody = not ipaddress.ip_network(name).prefixlen
        except ValueError as exc:
            raise SettingsError(
                f"BESOK_TRUSTED_PROXIES: {exc}; write addresses and networks, as in 127.0.0.1,10.1.0.0/16"
            ) from exc
        if everybody:
            raise SettingsError(f"BESOK_TRUSTED_PROXIES: {name} is everybody; name the proxies alone")
    return addresses
