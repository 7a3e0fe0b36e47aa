"""The connection to the broker: a lasting session, and acknowledgements on the connection a message came on.

MQTT numbers the messages under way (packet ids) for each session. After a reconnect the broker redelivers what was not
acknowledged; if it has lost the session, it gives the same numbers to other messages. A late acknowledgement would then
make it forget a message nobody has stored. So every message remembers its connection, and is acknowledged there or not
at all: a redelivery is stored once.

Packet ids of redelivered messages are trusted where the broker offers quality of service 2, which cannot work without
keeping them. RabbitMQ does not offer it and numbers redelivered messages afresh (docs/decisions/006).
"""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from besok.model import broker_link, topics
from besok.model.broker import configure_client, leave
from besok.model.readings import Message
from besok.model.settings import Settings
from collectors.bulk import BulkClient, Published
from collectors.counters import Counters
from collectors.inbox import Inbox

log = logging.getLogger(__name__)

KEEPALIVE_S = 30
TICK = timedelta(microseconds=1)


class Connection:
    """Fills the inbox with the broker's messages, reconnects for ever, and acknowledges stored messages."""

    def __init__(
        self,
        settings: Settings,
        inbox: Inbox,
        counters: Counters,
        clock: Callable[[], datetime],
        *,
        leaving: bool = False,
    ) -> None:
        """Check the settings. Raises SettingsError for those that can never work.

        One that is `leaving` takes what the broker has kept and nothing new, and ends the session.
        """
        self._settings = settings
        self._inbox = inbox
        self._counters = counters
        self._clock = clock
        self._topics = topics.topic_filters(settings.mqtt_topics)
        self._leaving = leaving
        self._lock = threading.Lock()  # no acknowledgement during a change of connection
        self._number = 0  # of the connection, 0 while there is none
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._new_session = False  # and no message received since
        self._lasting = True  # whether packet ids survive a reconnect
        self._link = broker_link.Link(settings)
        self._client = client = BulkClient(
            CallbackAPIVersion.VERSION2,
            settings.mqtt_client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
            on_messages=self._on_messages,
        )
        client.disable_logger()  # paho logs each message; we log what matters
        configure_client(client, settings)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._link.failed
        client.on_pre_connect = lambda *_: self._set_number(0)
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe

    def start(self) -> None:
        s = self._settings
        connect = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        connect.SessionExpiryInterval = s.mqtt_session_s
        connect.ReceiveMaximum = s.mqtt_inflight
        self._client.connect_async(
            s.mqtt_host, s.mqtt_port, KEEPALIVE_S, clean_start=False, properties=connect
        )
        self._client.loop_start()

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Acknowledge those of the messages that were received on the present connection."""
        with self._lock:
            self._client.acknowledge(
                m.packet_id for m in messages if m.packet_id and m.connection == self._number
            )

    def stop(self) -> None:
        """Send what is still to be sent and disconnect; the session stays, unless it is left and all is stored."""
        end = Properties(PacketTypes.DISCONNECT)  # type: ignore[no-untyped-call]
        if self._leaving and not self._counters.waiting:
            end.SessionExpiryInterval = 0
        leave(self._client, end)

    # The callbacks below run in the network thread. An exception would end it, so none may raise.

    def _on_connect(
        self, client: paho.Client, _: object, flags: paho.ConnectFlags, code: ReasonCode, properties: object
    ) -> None:
        if code.is_failure:
            self._link.refused(code)
            return
        self._new_session = not flags.session_present  # until its first message is received
        self._lasting = getattr(properties, "MaximumQoS", 2) == 2
        self._counters.connections += 1
        self._set_number(self._counters.connections)
        self._link.made("; the broker kept our queue" if flags.session_present else "; a new queue")
        shares = getattr(properties, "SharedSubscriptionAvailable", 1)
        for topic in self._topics:  # RabbitMQ reports none, yet grants them and delivers nothing
            if topic.startswith("$share/") and not shares:
                log.error(
                    "The broker has no shared subscriptions: nothing will come on %s; name the topics of each collector"
                    " in its BESOK_MQTT_TOPICS",
                    topic,
                    extra={"action": "mqtt_not_shared"},
                )
        if self._leaving:
            client.unsubscribe(self._topics)
        else:
            client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in self._topics])

    def _on_subscribe(
        self, client: paho.Client, _: object, mid: int, codes: list[ReasonCode], properties: object
    ) -> None:
        self._counters.refused = sum(code.is_failure for code in codes)
        for topic, code in zip(self._topics, codes, strict=False):
            if code.is_failure:
                why = broker_link.reason(code.value, str(code))
                if code.value == broker_link.NOT_AUTHORIZED:
                    why = "it does not let us read them"
                extra = {"action": "mqtt_no_subscription"}
                log.error("The broker refuses the topics %s: %s", topic, why, extra=extra)
            elif code.value < 1:
                log.warning(
                    "The broker grants %s only at quality of service 0: what comes while we are away is lost",
                    topic,
                    extra={"action": "mqtt_weak_subscription"},
                )
            else:
                log.info("Listening to %s", topic, extra={"action": "mqtt_subscribed"})

    def _on_disconnect(
        self,
        client: paho.Client,
        _: object,
        flags: paho.DisconnectFlags,
        code: ReasonCode,
        properties: object,
    ) -> None:
        had = self._number > 0
        self._set_number(0)
        self._link.ended(flags, code, had=had)

    def _on_messages(self, messages: list[Published]) -> None:
        connection, now = self._number, self._clock()
        self._counters.dropped += self._inbox.put([self._message(m, now, connection) for m in messages])
        self._counters.received += len(messages)
        self._counters.heard = now

    def _message(self, m: Published, now: datetime, connection: int) -> Message:
        self._latest = max(now, self._latest + TICK)  # every message has its own time of receipt
        try:
            topic = m.topic.decode()
        except UnicodeDecodeError:
            topic = "(a topic that is not text)"
        begins, self._new_session = self._new_session, False
        return Message(
            topic=topic,
            payload=m.payload,
            received=self._latest,
            retained=m.retained,
            duplicate=m.duplicate,
            client=self._settings.mqtt_client_id if self._lasting else "",
            packet_id=m.mid,
            begins_session=begins,
            connection=connection,
        )

    def _set_number(self, number: int) -> None:
        with self._lock:
            self._number = number
        self._counters.connected = number > 0
        self._counters.lost = 0.0 if number else self._counters.lost or self._clock().timestamp()
