"""A connection to the broker in the log: why there is none and what to do, for whoever installs Besök."""

import logging
import socket
import ssl
import sys

import paho.mqtt.client as paho
from paho.mqtt.reasoncodes import ReasonCode

from besok.model.settings import Settings

log = logging.getLogger(__name__)

NOT_AUTHORIZED = 0x87
_LOGIN = "it does not accept the user or the password: check BESOK_MQTT_USER and BESOK_MQTT_PASSWORD"
_REASONS = {
    0x84: "it does not speak MQTT 5, which Besök needs",
    0x85: "it does not accept the client id: choose another BESOK_MQTT_CLIENT_ID",
    0x86: _LOGIN,
    NOT_AUTHORIZED: _LOGIN,
    0x8C: _LOGIN,
    0x8E: "another collector came with the same client id: give each its own BESOK_MQTT_CLIENT_ID",
    0x8F: "it does not accept a topic filter: check BESOK_MQTT_TOPICS",
    0x9E: "it does not offer shared subscriptions: remove $share/... from BESOK_MQTT_TOPICS",
    0xA2: "it does not offer wildcards: name the topics one by one in BESOK_MQTT_TOPICS",
}


class Link:
    """The connection of a client, in the log: that it is made, and why there is none."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._where = f"{settings.mqtt_host}:{settings.mqtt_port}"
        self._last = ""  # reason

    def made(self, more: str = "") -> None:
        """Log that there is one."""
        self._last = ""
        log.info("Connected to the broker at %s%s", self._where, more, extra={"action": "mqtt_connected"})

    def failed(self, *_: object) -> None:
        """Log the exception that is being handled; the callback `on_connect_fail`."""
        self.away(failure(sys.exception(), self._settings))

    def refused(self, code: ReasonCode) -> None:
        """Log that the broker refuses, or ends it."""
        self.away(reason(code.value, str(code)))

    def ended(self, flags: paho.DisconnectFlags, code: ReasonCode, *, had: bool) -> None:
        """Log its end; `had` if it had been accepted."""
        if flags.is_disconnect_packet_from_server:
            self.refused(code)
        elif code.is_failure and (had or not self._last):
            self.away(lost(had, self._settings))

    def away(self, why: str) -> None:
        """Log why there is none, the same reason again only at debug level."""
        level, self._last = logging.DEBUG if why == self._last else logging.WARNING, why
        extra = {"action": "mqtt_away"}
        log.log(level, "No connection to the broker at %s, trying again: %s", self._where, why, extra=extra)


def reason(code: int, text: str) -> str:
    """Explain a broker's reason code in half a sentence; `text` is its name in the protocol."""
    return _REASONS.get(code) or f"its reason is “{text}” ({code})"


def failure(exc: BaseException | None, settings: Settings) -> str:
    """Explain why no connection to the broker was made, and what to do."""
    if isinstance(exc, ssl.SSLCertVerificationError):
        why = getattr(exc, "verify_message", str(exc))
        return (
            f"the certificate of the broker is not trusted ({why}): name the authority that signed it in"
            " BESOK_MQTT_CA_FILE, and the host in BESOK_MQTT_HOST as the certificate has it"
        )
    if isinstance(exc, ssl.SSLError):
        why = getattr(exc, "reason", str(exc))
        return f"no encrypted connection ({why}): is {settings.mqtt_port} the TLS port of the broker?"
    if isinstance(exc, ConnectionRefusedError):
        return (
            "nobody listens there: is the broker running, and are BESOK_MQTT_HOST and BESOK_MQTT_PORT right?"
        )
    if isinstance(exc, socket.gaierror):
        return "there is no such host: check BESOK_MQTT_HOST"
    if isinstance(exc, TimeoutError):
        return "it does not answer: is the network up, and does a firewall let us through?"
    return str(exc) if exc and str(exc) else type(exc).__name__


def lost(connected: bool, settings: Settings) -> str:
    """Explain why the broker may have closed a connection without a reason; `connected` if it had been accepted."""
    if connected:
        return "the connection broke"
    if settings.mqtt_tls:
        return "it ended the connection before accepting it: does it want a client certificate (BESOK_MQTT_CERT_FILE)?"
    return "it ended the connection before accepting it: does it want TLS (BESOK_MQTT_TLS=true)?"
