"""What comes again from a broker that numbers anew: nothing is ever lost, and what can be known is known."""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from besok.model.readings import Message
from besok.store.redelivery import Past, Step
from collectors.inbox import Delivery
from collectors.redelivery import Trail, copies

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WINDOW = 16  # messages under way, of which 4 may be held back


def told(stored: str, sure: int, came: str, *, all_came: bool = True) -> int | None:
    return copies(
        [bytes([c]) for c in stored.encode()], sure, [bytes([c]) for c in came.encode()], all_came=all_came
    )


def test_what_came_first_is_the_end_of_what_was_stored() -> None:
    assert told("aabaca", 2, "caada") == 2
    assert told("aabaca", 2, "acaada") == 3
    assert told("aabaca", 2, "aabaca") == 6
    assert told("aabaca", 0, "xaca") == 0
    assert told("", 0, "abc") == 0
    assert told("abc", 0, "") == 0


def test_more_must_come_where_it_can_still_be_more_than_one_thing() -> None:
    assert told("aabaca", 2, "a", all_came=False) is None
    assert told("aabaca", 2, "ac", all_came=False) is None
    assert told("aabaca", 2, "aca", all_came=False) == 3


def test_of_what_is_all_alike_only_what_is_sure_is_taken_for_a_copy() -> None:
    assert told("aaaaaa", 0, "aaa") == 0
    assert told("aaaaaa", 2, "aaa") == 2


def test_something_else_is_no_copy() -> None:
    assert told("aabaca", 2, "ba") is None
    assert told("aabaca", 2, "") is None


def delivery(
    packet_id: int, said: bytes, *, again: bool = True, connection: int = 2, session: int = 0
) -> Delivery:
    message = Message(topic="t", payload=said, received=NOON, packet_id=packet_id, duplicate=again)
    return Delivery(message, connection, session)


def having_stored(*said: bytes) -> Trail:
    """A collector that has stored these and sent the acknowledgements that were due."""
    trail = Trail("c", WINDOW)
    deliveries = [delivery(n, text, again=False, connection=1) for n, text in enumerate(said, 1)]
    step = trail.step(trail.sift(deliveries))
    assert step
    trail.stored(step, deliveries)
    trail.acknowledged(1)
    return trail


def test_the_end_is_held_back_from_the_last_message_that_is_like_none_before_it() -> None:
    trail = Trail("c", WINDOW)
    deliveries = [delivery(n, said, again=False) for n, said in enumerate((b"a", b"b", b"a", b"b"), 1)]
    step = trail.step(trail.sift(deliveries))
    assert step and step.unacknowledged == 3
    trail.stored(step, deliveries)
    assert trail.due() == deliveries[:1]


def test_a_long_run_of_what_is_all_alike_is_not_held_back() -> None:
    trail = Trail("c", WINDOW)
    deliveries = [delivery(n, b"a", again=False) for n in range(1, WINDOW)]
    step = trail.step(trail.sift(deliveries))
    assert step and step.unacknowledged == 0
    trail.stored(step, deliveries)
    assert trail.due() == deliveries


def test_what_is_let_go_is_sent_again_no_more() -> None:
    trail = having_stored(b"a", b"b", b"a")
    assert trail.holds and trail.can_let_go(1) and not trail.can_let_go(2)
    step = trail.release()
    assert (step.digests, step.unacknowledged) == ((), 0)
    trail.stored(step, [])
    assert [d.message.payload for d in trail.due()] == [b"b", b"a"]
    trail.acknowledged(1)
    assert not trail.holds
    came = [delivery(1, b"b")]  # so this is another one
    assert trail.sift(came) == came


def test_what_waits_for_more_is_given_up_when_nothing_more_comes() -> None:
    trail = having_stored(b"a", b"b", b"c", b"a")
    (first,) = came = [delivery(1, b"c")]
    assert trail.sift(came) == [] and trail.waits
    assert (
        trail.give_up() == [] and not trail.waits
    )  # it is one of those that had to come, if not in the order
    assert trail.due() == [first]


def test_where_the_order_is_not_kept_what_must_come_is_known_as_often_as_it_must(
    caplog: pytest.LogCaptureFixture,
) -> None:
    trail = having_stored(b"a", b"b", b"c", b"a")
    came = [delivery(n, said) for n, said in enumerate((b"a", b"x", b"c", b"a"), 1)]
    with caplog.at_level(logging.WARNING, "collectors"):
        assert trail.sift([*came, delivery(5, b"c", again=False)]) == [
            came[1],
            came[3],
            delivery(5, b"c", again=False),
        ]
    assert "did not begin with what it must still have" in caplog.text
    assert (trail.repeats, trail.due()) == (2, [came[0], came[2]])


def test_a_new_session_has_nothing_to_send_again() -> None:
    trail = having_stored(b"a", b"b", b"c", b"a")
    waiting = [delivery(1, b"c", connection=2)]
    assert trail.sift(waiting) == []
    came = [delivery(n, said, connection=3, session=1) for n, said in enumerate((b"c", b"a"), 1)]
    assert trail.sift(came) == [*waiting, *came]
    step = trail.step([*waiting, *came])
    assert step and (step.session, len(step.digests)) == (1, 2)


def test_what_the_broker_keeps_and_what_nobody_acknowledges_are_not_of_the_queue() -> None:
    trail = having_stored(b"a", b"b")
    kept = Delivery(Message(topic="t", payload=b"b", received=NOON, packet_id=9, retained=True), 2)
    loose = Delivery(Message(topic="t", payload=b"b", received=NOON), 2)
    again = delivery(1, b"b")
    assert trail.sift([kept, loose, again]) == [kept, loose]
    assert trail.step([kept, loose]) is None


class Broker:
    """Keeps the order and the session, and nothing else: its numbers begin anew with each connection."""

    def __init__(self) -> None:
        self.queue: list[bytes] = []
        self.gone = 0  # of the queue's head, acknowledged and noted
        self.sent = 0  # up to which it has been sent on this connection
        self.ever = 0  # and on any
        self.connection = 0
        self.acks: list[int] = []  # on their way here
        self.connect(0)

    def connect(self, noted: int) -> None:
        """The connection breaks after so many of the acknowledgements have been noted; there is a new one."""
        self.note(noted)
        self.acks.clear()
        self.connection += 1
        self.sent, self.begin = self.gone, self.gone

    def note(self, many: int) -> None:
        for packet_id in self.acks[:many]:
            assert self.begin + packet_id - 1 == self.gone, "acknowledged in another order"
            self.gone += 1
        del self.acks[:many]

    def send(self, many: int) -> Iterator[Delivery]:
        for said in self.queue[self.sent : min(self.sent + many, self.gone + WINDOW)]:
            again = self.sent < self.ever
            self.sent += 1
            self.ever = max(self.ever, self.sent)
            packet_id = self.sent - self.begin
            message = Message(topic="t", payload=said, received=NOON, packet_id=packet_id, duplicate=again)
            yield Delivery(message, self.connection)


class House:
    """Broker, collector and database; any of them may be killed at any moment."""

    def __init__(self) -> None:
        self.broker = Broker()
        self.inbox: list[Delivery] = []
        self.steps: dict[int, Step] = {}
        self.stored: Counter[bytes] = Counter()
        self.trail = Trail("c", WINDOW)

    def publish(self, said: bytes) -> None:
        self.broker.queue.append(said)

    def commit(self, many: int, *, acknowledge: bool = True) -> None:
        """Store what waits in the inbox, in two transactions, and acknowledge it, unless killed before."""
        taken, self.inbox = self.inbox[:many], self.inbox[many:]
        for part in _parts(taken):
            fresh = self.trail.sift(part)
            self._store(fresh[: len(fresh) // 2])
            self._store(fresh[len(fresh) // 2 :])
            if acknowledge:
                self._acknowledge()

    def _acknowledge(self) -> None:
        due = self.trail.due()
        self.broker.acks += [d.message.packet_id for d in due if d.connection == self.broker.connection]
        self.trail.acknowledged(self.broker.connection)

    def _store(self, deliveries: Sequence[Delivery]) -> None:
        if step := self.trail.step(deliveries):
            self.steps[step.number] = step
            self.trail.stored(step, deliveries)
            self.stored.update(d.message.payload for d in deliveries)
            for number in [number for number in self.steps if number < step.keep]:
                del self.steps[number]

    def quiet(self) -> None:
        """Nothing has come for long: what is held back is let go, and the broker notes it."""
        if self.inbox or self.trail.waits or not self.trail.can_let_go(self.broker.connection):
            return
        step = self.trail.release()
        self.steps[step.number] = step
        self.trail.stored(step, [])
        self._acknowledge()
        self.broker.note(len(self.broker.acks))

    def restart(self) -> None:
        """The collector was killed; another one begins."""
        self.inbox.clear()
        self.trail = Trail("c", WINDOW)
        self.trail.restore(past(self.steps))

    def settle(self) -> None:
        """All that was published arrives."""
        while True:
            self.broker.note(len(self.broker.acks))
            self.inbox += self.broker.send(WINDOW)
            if not self.inbox:
                break
            self.commit(len(self.inbox))
        if self.trail.waits:
            self._store(self.trail.give_up())


def past(steps: dict[int, Step]) -> Past:
    if not steps:
        return Past()
    last = steps[max(steps)]
    own = tuple((s.number, s.digests) for _, s in sorted(steps.items()) if s.session == last.session)
    return Past(session=last.session, steps=own, last=last.number, unacknowledged=last.unacknowledged)


def _parts(deliveries: list[Delivery]) -> Iterator[list[Delivery]]:
    for connection in sorted({d.connection for d in deliveries}):
        yield [d for d in deliveries if d.connection == connection]


small = st.integers(0, WINDOW)
happenings = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.lists(st.sampled_from([b"a", b"a", b"b", b"new"]), max_size=9)),
        st.tuples(st.just("send"), small),
        st.tuples(st.just("commit"), small),
        st.tuples(st.just("note"), small),
        st.tuples(st.just("quiet"), small),
        st.tuples(st.just("connection lost"), small),
        st.tuples(st.just("collector killed"), small),
        st.tuples(st.just("collector killed before it acknowledged"), small),
    ),
    max_size=60,
)


def lived_through(happened: list[tuple[str, object]], *, anchored: bool) -> House:
    """What the database holds when all that happened is over. `anchored`: of three messages in a row one is new."""
    house, broker, in_row = House(), None, 0
    for what, how in happened:
        broker = house.broker
        if isinstance(how, list):
            for said in how:
                in_row = 0 if said == b"new" or (anchored and in_row >= 3) else in_row + 1
                house.publish(said if in_row else b"new %d" % len(broker.queue))
        elif isinstance(how, int):
            match what:
                case "send":
                    house.inbox += broker.send(how)
                case "commit":
                    house.commit(how)
                case "note":
                    broker.note(how)
                case "quiet":
                    house.quiet()
                case "connection lost":  # what was under way to us is lost, what we have is not
                    house.inbox = house.inbox[: len(house.inbox) - how // 4]
                    broker.connect(how)
                case _:
                    house.commit(how // 2, acknowledge="before" not in what)
                    broker.connect(how)
                    house.restart()
    house.settle()
    return house


@settings(max_examples=150, deadline=None)
@given(happenings)
def test_nothing_is_ever_lost(happened: list[tuple[str, object]]) -> None:
    house = lived_through(happened, anchored=False)
    assert not Counter(house.broker.queue) - house.stored


@settings(max_examples=150, deadline=None)
@given(happenings)
def test_nothing_counts_twice_where_now_and_then_a_message_is_like_none_before(
    happened: list[tuple[str, object]],
) -> None:
    house = lived_through(happened, anchored=True)
    assert Counter(house.broker.queue) == house.stored
