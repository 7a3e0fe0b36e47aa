"""Messages as received, and the readings that adapters decode from them."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag, StrEnum

from msgspec import Struct


class Flag(IntFlag):
    """Unusual properties of a stored reading. The flag says how far to trust it; all but voided ones count."""

    NONE = 0
    NO_TIME = 1  # the device sent no time; the time of receipt stands in
    CLOCK_AHEAD = 2  # the device's clock runs ahead of ours
    CLOCK_BEHIND = 4  # the reading came long after its time: a late batch, or a clock that is behind
    SIMULATED = 8  # made by a simulator, not by people
    VOIDED = 16  # kept, and not counted: a person has voided the time that it tells of


class Withheld(StrEnum):
    """The reason why a reading is in quarantine: kept, and not counted until a person lets it count."""

    LATE = "late"  # older than the site's limit when it was first received
    AHEAD = "ahead"  # of a time more than a day ahead
    SIZE = "size"  # more people than can have passed
    FLOOD = "flood"  # one of many, in a quarter of an hour with more people than can have passed


class Refusal(StrEnum):
    """The class of the reason why a message, or part of it, was not taken: few, so that they can be counted apart."""

    UNKNOWN_FORMAT = "unknown_format"  # no adapter reads it
    UNREADABLE = "unreadable"  # its adapter cannot make sense of it
    OUT_OF_RANGE = "out_of_range"  # a number that cannot be true
    BAD_TIME = "bad_time"  # nobody knows when it was measured
    TOO_LARGE = "too_large"  # no sensor sends so much
    SIMULATED = "simulated"  # made up, and sent for a real site
    WRONG_TOPIC = "wrong_topic"  # its device is bound to other topics
    UNNAMED = "unnamed"  # several devices speak on its topic, and it does not say which one it is from
    TOO_MANY_DEVICES = "too_many_devices"  # from a new device, of which too many came within an hour
    DATABASE = "refused_by_database"


class Message(Struct, frozen=True, kw_only=True, gc=False):
    """One MQTT message (or one line of a recording) before decoding.

    `client` and `packet_id` are the broker's name for this delivery (0: it has none), and `duplicate` its word that it
    may have delivered the message before. `client` is empty where the numbers do not outlast a connection.
    `begins_session`: the broker has no memory of this client, and begins its numbers again with this message.
    `connection` is the one it came on, counted since the start: only there may it be acknowledged.
    """

    topic: str
    payload: bytes
    received: datetime  # aware
    retained: bool = False
    duplicate: bool = False
    client: str = ""
    packet_id: int = 0
    begins_session: bool = False
    connection: int = 0


class Reading(Struct, frozen=True, kw_only=True, gc=False):
    """One measurement as the device sent it.

    `time` is the event time (aware), None if the device sent none. A flow reading tells what happened in the
    `period_s` seconds that *end* at `time`; `period_s` 0 is a single event, and for totals and levels it is 0.
    `channel` names the series within the device, such as `flow:1` or `level:1`. `wraps` is where a running total
    begins again at zero (65536 for a counter of 16 bits), 0 if it never does or nobody knows.
    """

    source: str
    device: str
    channel: str
    metric: str
    value: float
    time: datetime | None
    period_s: float = 0.0
    flags: Flag = Flag.NONE
    wraps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A status message of a device: online or offline."""

    source: str
    device: str
    online: bool


class Identity(Struct, frozen=True, kw_only=True):
    """The identity of a message, independent of redelivery and route.

    `mark` is the device's own numbering (`fcnt:00bcb929:1291`, `seq:4711`, `packet:5`), unique within `scope` (the
    device) for `window_s` seconds: a frame counter for weeks, a packet number of 8 bits only for seconds. A message
    with the mark of another one, the same content and received within the window is that one again.
    """

    scope: str
    mark: str
    window_s: float


class Decoded(Struct, frozen=True, kw_only=True):
    """A decoded message: readings, statuses, and the parts that could not be read.

    `problems` holds one sentence per part that was refused; the good parts still count. A message with neither
    readings, statuses nor problems is "not data" (a join, an acknowledgement) and is dropped without complaint;
    `not_data` says in half a sentence what it is instead. `adapter` names who read it, `model` the kind of device
    that sent it, as far as the message tells ("Milesight VS133").
    """

    readings: tuple[Reading, ...] = ()
    statuses: tuple[Status, ...] = ()
    problems: tuple[str, ...] = ()
    not_data: str = ""
    identity: Identity | None = None
    adapter: str = ""
    model: str = ""
