"""Ports on the loopback address."""

import contextlib
import ipaddress
import socket
from itertools import islice
from random import SystemRandom

from besok.model.errors import SettingsError

HOST = "127.0.0.1"

# Systems give their clients' connections ports from 32768 (Linux) or 49152 on: below these no connection
# takes the port of a server while that is being started again.
SERVERS = range(20_000, 32_768)
_claims: dict[int, socket.socket] = {}  # of this process, by port


def free(count: int = 1) -> tuple[int, ...]:
    """`count` different ports that nobody listens on just now, in an order that nobody else draws."""
    shuffled = SystemRandom().sample(SERVERS, len(SERVERS))
    return tuple(islice(filter(is_free, shuffled), count))


def claim(port: int) -> bool:
    """Take a port for a server that this process is about to start; False if it is used, or another has claimed it.

    Of two that ask at the same moment one gets it. The claim, an abstract socket of Linux, ends with the process.
    """
    if port not in _claims:
        sign = socket.socket(socket.AF_UNIX)
        try:
            sign.bind(f"\0besok-port-{port}")
        except OSError:
            sign.close()
            return False
        _claims[port] = sign
    if not is_free(port):
        _claims.pop(port).close()
    return port in _claims


def is_free(port: int) -> bool:
    """Tell whether a server could listen on `port` now."""
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # ports of connections just ended are free
        try:
            s.bind((HOST, port))
        except OSError:
            return False
        return True


def answers(port: int, host: str = HOST) -> bool:
    """Tell whether somebody accepts connections on `port`."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def check_host(host: str, allowed: bool, remedy: str = "") -> None:
    """Raise SettingsError with the remedy for an address that other machines reach, unless that is `allowed`."""
    if allowed or host == "localhost":
        return
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(host).is_loopback:
            return
    raise SettingsError(
        f"BESOK_HOST is {host}: others could reach it, and nobody has to sign in here. Leave it at 127.0.0.1; "
        f"in a container whose port is published on 127.0.0.1 only, set BESOK_EXPOSE=true{remedy}"
    )
