"""What comes again from a broker that numbers its messages anew with each connection, as RabbitMQ does.

There a number says nothing of what was before, and the same words may well be another message. But the broker keeps
the order, and so do we in what we store and acknowledge. So what it sends first on a new connection, marked as sent
before, is: the last k messages that we have stored, in their order, whose acknowledgement it has not noted (or that we
have not sent), and then what was on its way and never stored. Only k has to be found.

    stored:       ... a a b a c a | a          sent again:   c a a d a ...
                            ^^^^^^^^^^                       ^^^^^
                            the last 3 are the first 3: k = 3, and d and a are new

That is why the end of what is stored is held back from acknowledgement, from the last message that says what none said
lately: for certain it comes again, nothing before it is like it, and where it comes tells k. Where all messages are
alike there is no such one, and k is the least that can be: rather one twice than one lost. Once nothing has come for
long, the end is let go.

The trail is kept in the database, in the transaction of the readings (besok/store/redelivery.py), so all of
this holds as well for a collector that was killed. Pure: no clock, no socket, no database.
"""

import logging
import secrets
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import islice

from besok.store.redelivery import DIGEST, Past, Step
from collectors.inbox import Delivery

log = logging.getLogger(__name__)


def copies(stored: Sequence[bytes], sure: int, came: Sequence[bytes], *, all_came: bool) -> int | None:
    """How many of what `came` first are the end of what was `stored`: the least that fits, of `sure` and more.

    None if more must come to tell, or, where `all_came`, if nothing fits: then something else has happened.
    """
    first = came[0] if came else b""
    for many in range(sure, len(stored) + 1):
        if not many:
            return 0
        begin = len(stored) - many
        if came and stored[begin] != first:
            continue
        seen = min(many, len(came))
        if stored[begin : begin + seen] == came[:seen]:
            if many == seen:
                return many
            if not all_came:
                return None
    return None


def is_followed(delivery: Delivery) -> bool:
    """Whether it is of the queue of a broker whose numbers do not outlast a connection."""
    message = delivery.message
    return not message.client and message.packet_id > 0 and not message.retained


class Trail:
    """The trail of one client. What is taken in goes through `sift`, `step` and `stored`, and out through `due`."""

    def __init__(self, client: str, window: int) -> None:
        """`window` is the most that may be under way."""
        self.client, self._window = client, window
        self._writer = secrets.randbits(62)
        self._number = 0  # of the last step
        self._session = 0  # as it is kept
        self._of_broker = 0  # as it is counted since the start
        self._connection = 0
        self._owed: Counter[bytes] = Counter()  # where the order was not kept: what comes again all the same
        self._loose: list[Delivery] = []  # copies that the trail no longer holds, to be acknowledged
        self.repeats = 0  # messages that came again and were known
        self._begin_session()

    def _begin_session(self) -> None:
        self._said: list[bytes] = []  # the digests of what was stored, in order
        self._first = 0  # the place of the first of them in the session
        self._times: Counter[bytes] = Counter()  # how often each is among them
        self._steps: deque[tuple[int, int]] = deque()  # number, and place after its last message
        self._anchor = 0  # the place of the last message that was like none before it
        self._told = 0  # the place up to which we have acknowledged
        self._open: deque[Delivery | None] = (
            deque()
        )  # from there on: how to acknowledge them, if they came here
        self._came: list[Delivery] | None = None  # what came first, while it is not known what it is

    def restore(self, past: Past) -> None:
        """Go on where an earlier process ended."""
        self._session, self._number = past.session, past.last
        for number, digests in past.steps:
            self._add(digests)
            self._steps.append((number, self._end))
        self._anchor = self._told = max(self._end - past.unacknowledged, 0)
        self._open.extend([None] * (self._end - self._told))

    @property
    def waits(self) -> bool:
        """Whether messages are held back until more of them tell what they are."""
        return bool(self._came)

    def sift(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Those that have to be stored, now that these came; copies are not among them, nor what has to wait.

        All came on one connection, and what came on an earlier one has been stored.
        """
        fresh: list[Delivery] = []
        for delivery in deliveries:
            if not is_followed(delivery):
                fresh.append(delivery)
                continue
            if delivery.connection != self._connection:
                fresh += self._turn_to(delivery)
            if self._came is None:
                fresh += self._unless_owed(delivery)
            elif delivery.message.duplicate:
                self._came.append(delivery)
            else:
                fresh += self._resolved(all_came=True)
                fresh += self._unless_owed(delivery)
        if self._came:
            fresh += self._resolved(all_came=False)
        return fresh

    def give_up(self) -> list[Delivery]:
        """Nothing more comes: what has to be stored of what waits."""
        return self._resolved(all_came=True)

    def step(self, deliveries: Iterable[Delivery]) -> Step | None:
        """What the transaction that stores these has to keep of them."""
        digests = tuple(_digest(d) for d in deliveries if self._has(d))
        if not digests:
            return None
        end = self._end + len(digests)
        return self._made(digests, unacknowledged=end - self._limit(self._anchor_with(digests), end))

    def _made(self, digests: tuple[bytes, ...], *, unacknowledged: int) -> Step:
        return Step(
            client=self.client,
            session=self._session,
            number=self._number + 1,
            writer=self._writer,
            digests=digests,
            unacknowledged=unacknowledged,
            keep=self._needed(self._end + len(digests) - self._window),
        )

    def stored(self, step: Step, deliveries: Iterable[Delivery]) -> None:
        """These have been stored, with this step."""
        self._number = step.number
        self._anchor = self._anchor_with(step.digests) if step.digests else self._end
        self._add(step.digests)
        self._steps.append((step.number, self._end))
        self._open.extend(d for d in deliveries if self._has(d))
        self._trim()

    def due(self) -> list[Delivery]:
        """Those that may be acknowledged, in the order in which they came."""
        until = self._limit(self._anchor, self._end)
        return [*self._loose, *(d for d in islice(self._open, max(until - self._told, 0)) if d)]

    def acknowledged(self, connection: int) -> None:
        """Those that were due have been acknowledged, as far as they came on this connection."""
        self._loose.clear()
        until = self._limit(self._anchor, self._end)
        while self._told < until and (head := self._open[0]) and head.connection == connection:
            self._open.popleft()
            self._told += 1

    def _has(self, delivery: Delivery) -> bool:
        """Whether it is of the present session: what came on an earlier one never comes again."""
        return is_followed(delivery) and delivery.session == self._of_broker

    @property
    def holds(self) -> bool:
        """Whether the end of what is stored is held back."""
        return bool(self._open)

    def can_let_go(self, connection: int) -> bool:
        """Whether all that is held back came on this connection, so that it can be acknowledged there."""
        return all(d is not None and d.connection == connection for d in self._open)

    def release(self) -> Step:
        """The step after which nothing is held back any more: brokers do not like to wait for ever.

        Only what is acknowledged then, and not noted before a kill that follows within milliseconds, may count twice.
        """
        return self._made((), unacknowledged=0)

    @property
    def _end(self) -> int:
        return self._first + len(self._said)

    def _turn_to(self, delivery: Delivery) -> list[Delivery]:
        """A new connection begins with this delivery. What still waits comes again, unless the session is new."""
        fresh: list[Delivery] = []
        if delivery.session != self._of_broker:
            fresh = self._came or []
            self._of_broker = delivery.session
            self._session += 1
            self._begin_session()
        self._connection = delivery.connection
        self._owed.clear()
        self._loose.clear()
        self._came = []
        return fresh

    def _resolved(self, *, all_came: bool) -> list[Delivery]:
        """What has to be stored of what waited, if it is clear by now."""
        came = self._came or []
        digests = [_digest(d) for d in came]
        many = copies(self._said, self._end - self._told, digests, all_came=all_came)
        if many is None:
            return self._disordered(came) if all_came else []
        self._came = None
        self._told = self._end - many
        self._open = deque(came[:many])
        self.repeats += many
        return came[many:]

    def _disordered(self, came: list[Delivery]) -> list[Delivery]:
        """What came is not the end of what was stored. What we have not acknowledged must come all the same."""
        log.warning(
            "The broker did not begin with what it must still have (it sent %d messages again): those with neither time"
            " nor number may count twice",
            len(came),
            extra={"action": "mqtt_disordered"},
        )
        owed = Counter(self._said[self._told - self._first :])
        self._begin_session()
        self._session += 1
        self._owed = owed
        return [fresh for delivery in came for fresh in self._unless_owed(delivery)]

    def _unless_owed(self, delivery: Delivery) -> list[Delivery]:
        if self._owed and delivery.message.duplicate:
            digest = _digest(delivery)
            if self._owed[digest] > 0:
                self._owed[digest] -= 1
                self._loose.append(delivery)
                self.repeats += 1
                return []
        return [delivery]

    def _add(self, digests: Sequence[bytes]) -> None:
        self._said += digests
        self._times.update(digests)

    def _anchor_with(self, digests: Sequence[bytes]) -> int:
        """The place of the last message like none before it, once these are there."""
        anchor, new = self._anchor, set[bytes]()
        for place, digest in enumerate(digests, self._end):
            if digest not in new and not self._times[digest]:
                anchor = place
                new.add(digest)
        return anchor

    def _limit(self, anchor: int, end: int) -> int:
        """The place up to which may be acknowledged: a long run of what is all alike cannot be held back."""
        return anchor if end - anchor <= self._window // 4 else end

    def _trim(self) -> None:
        """Forget what is no longer under way; now and then, since it takes time."""
        surplus = len(self._said) - 2 * self._window
        if surplus > 0:
            gone = self._said[: surplus + self._window]
            self._times.subtract(gone)
            self._times = +self._times
            del self._said[: len(gone)]
            self._first += len(gone)
            while self._steps and self._steps[0][1] <= self._first:
                self._steps.popleft()

    def _needed(self, place: int) -> int:
        """The number of the first step that reaches beyond this place."""
        return next((number for number, end in self._steps if end > place), self._number)


def _digest(delivery: Delivery) -> bytes:
    message = delivery.message
    return blake2b(b"\0".join((message.topic.encode(), message.payload)), digest_size=DIGEST).digest()
