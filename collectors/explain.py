"""Explanations of a broker's refusals, and what to do about them, for whoever installs Besök."""

import logging
import socket
import ssl

from besok.model.settings import Settings

log = logging.getLogger(__name__)

_LOGIN = "it does not accept the user or the password: check BESOK_MQTT_USER and BESOK_MQTT_PASSWORD"
_REASONS = {
    0x84: "it does not speak MQTT 5, which Besök needs",
    0x85: "it does not accept the client id: choose another BESOK_MQTT_CLIENT_ID",
    0x86: _LOGIN,
    0x87: _LOGIN,
    0x8C: _LOGIN,
    0x8E: "another collector came with the same client id: give each its own BESOK_MQTT_CLIENT_ID",
    0x8F: "it does not accept a topic filter: check BESOK_MQTT_TOPICS",
    0x9E: "it does not offer shared subscriptions: remove $share/... from BESOK_MQTT_TOPICS",
    0xA2: "it does not offer wildcards: name the topics one by one in BESOK_MQTT_TOPICS",
}


def log_away(settings: Settings, why: str, last: str) -> str:
    """Log why there is no connection, the `last` reason only at debug level; return the reason."""
    level = logging.DEBUG if why == last else logging.WARNING
    where = f"{settings.mqtt_host}:{settings.mqtt_port}"
    extra = {"action": "mqtt_away"}
    log.log(level, "No connection to the broker at %s, trying again: %s", where, why, extra=extra)
    return why


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
