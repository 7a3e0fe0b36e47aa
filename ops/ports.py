"""Ports on the loopback address."""

import socket
from contextlib import ExitStack

HOST = "127.0.0.1"


def free(count: int = 1) -> tuple[int, ...]:
    """`count` different ports that nobody listens on just now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for s in sockets:
            s.bind((HOST, 0))
        return tuple(s.getsockname()[1] for s in sockets)


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # ports of connections just ended are free
        try:
            s.bind((HOST, port))
        except OSError:
            return False
        return True


def answers(port: int, host: str = HOST) -> bool:
    """Whether somebody accepts connections on `port`."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
