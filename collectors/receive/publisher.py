"""Publishing at quality of service 1: a message is accepted when the broker acknowledges it, not before.

What was under way when a connection broke is answered with an error and not sent on the next one: whoever sent it has
not been told that it arrived, and sends it again himself.
"""

import logging
import secrets
from concurrent.futures import Future
from typing import Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from besok.model import broker_link
from besok.model.broker import configure_client, leave
from besok.model.errors import BrokerUnavailable, MessageTooLarge
from besok.model.settings import Settings

log = logging.getLogger(__name__)

PREFIX: Final = "besok/in/"  # of the topics; `besok/v1/` is the native format and means something else
LEVELS: Final = 8
LENGTH: Final = 200  # characters; a device may have a name that long
KEEPALIVE_S: Final = 15
PUBACK_S: Final = 10  # that a publisher waits for the broker's acknowledgement
OVERHEAD: Final = 100  # bytes of a packet beside topic and payload, more than MQTT needs
NO_SUBSCRIBER: Final = 0x10
NOBODY_LISTENS = (
    f"the broker has no collector that listens to {PREFIX}#, so it would not keep the message: start `besok collect`"
    f" once, and if BESOK_MQTT_TOPICS names topics, add {PREFIX}#"
)


def topic_of(device: str) -> str:
    """Return the topic of a device. Raises ValueError with what is wrong with its name, and what to do."""
    if not device:
        raise ValueError("the address ends at /in/; add the name of the device, as in /in/cafe-door")
    levels = device.split("/")
    if len(device) > LENGTH or len(levels) > LEVELS:
        raise ValueError(f"the name after /in/ is too long; at most {LENGTH} characters and {LEVELS} levels")
    for level in levels:
        if not level or level != level.strip() or level in (".", ".."):
            raise ValueError("a level after /in/ is empty, a dot or begins with a blank; leave it out")
        if not level.isprintable() or "\N{REPLACEMENT CHARACTER}" in level or set(level) & set("+#"):
            raise ValueError(
                "the name after /in/ has a character that no topic may have (+, #, control characters, broken"
                " UTF-8); use letters, digits, - and _"
            )
    return PREFIX + device


class Publisher:
    """Holds a connection to the broker; use it as a context manager."""

    def __init__(self, settings: Settings) -> None:
        """Check the settings. Raises SettingsError for certificates that cannot be used."""
        self._settings = settings
        self._link = broker_link.Link(settings)
        self._refused = ""
        self._most = 0  # bytes of a packet that the broker accepts; 0: no limit stated
        # By packet id: the future of a pending message, or the answer if it arrived before its future was stored.
        self._pending: dict[int, Future[None] | ReasonCode] = {}
        self.connected = False
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2,
            f"besok-receiver-{secrets.token_hex(4)}",
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        self._client.disable_logger()
        configure_client(self._client, settings)
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._link.failed
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish

    def __enter__(self) -> "Publisher":
        self._client.connect_async(self._settings.mqtt_host, self._settings.mqtt_port, KEEPALIVE_S)
        self._client.loop_start()
        return self

    def __exit__(self, *exc: object) -> None:
        leave(self._client)

    @property
    def problem(self) -> str | None:
        """Return a sentence why messages cannot be published; None if they can."""
        return self._refused or None if self.connected else "the broker is away"

    def publish(self, topic: str, payload: bytes) -> "Future[None]":
        """Send a message; the future ends when the broker keeps it. Raises BrokerUnavailable and MessageTooLarge."""
        if not self.connected:
            raise BrokerUnavailable("the broker is away; send the message again later")
        if self._most and len(topic.encode()) + len(payload) + OVERHEAD > self._most:
            raise MessageTooLarge(f"the broker takes messages of at most {self._most} bytes; send less")
        sent = self._client.publish(topic, payload, qos=1)
        if sent.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise BrokerUnavailable("the broker has just gone away; send the message again later")
        future: Future[None] = Future()
        answer = self._pending.setdefault(sent.mid, future)
        if isinstance(answer, ReasonCode):
            self._settle(sent.mid, future, answer)
        elif not self.connected:
            self._fail_pending()
        return future

    # The callbacks below run in the network thread of paho. An exception would end it, so none may raise.

    def _on_connect(self, client: paho.Client, _: object, __: object, code: ReasonCode, limits: Any) -> None:
        if code.is_failure:
            self._link.refused(code)
            return
        client.drop_out_messages()  # of the connection before: their senders have been told
        self._most = getattr(limits, "MaximumPacketSize", 0)
        self.connected = True
        self._link.made()

    def _on_disconnect(
        self, _: object, __: object, flags: paho.DisconnectFlags, code: ReasonCode, ___: Any
    ) -> None:
        had, self.connected = self.connected, False
        self._fail_pending()
        self._link.ended(flags, code, had=had)

    def _on_publish(self, _: object, __: object, mid: int, code: ReasonCode, ___: Any) -> None:
        future = self._pending.setdefault(mid, code)
        if isinstance(future, Future):
            self._settle(mid, future, code)

    def _settle(self, mid: int, future: "Future[None]", code: ReasonCode) -> None:
        if self._pending.pop(mid, None) is None or not future.set_running_or_notify_cancel():
            return  # already answered, or no longer awaited
        why = NOBODY_LISTENS if code.value == NO_SUBSCRIBER else ""
        if code.value == broker_link.NOT_AUTHORIZED:
            account = self._settings.mqtt_user or "without a user"
            why = f"the broker does not let us ({account}) publish to {PREFIX}#: allow it there"
        elif code.is_failure:
            why = f"the broker refuses: {broker_link.reason(code.value, str(code))}"
        if why and why != self._refused:
            log.error("Nothing can be taken: %s", why, extra={"action": "publish_refused"})
        self._refused = why
        if why:
            future.set_exception(BrokerUnavailable(why))
        else:
            future.set_result(None)

    def _fail_pending(self) -> None:
        """Fail all pending messages, since the connection has ended."""
        for mid in list(self._pending):
            future = self._pending.pop(mid, None)
            if isinstance(future, Future) and future.set_running_or_notify_cancel():
                future.set_exception(BrokerUnavailable("the broker went away; send the message again"))
