"""De-duplication: what is stored and redelivered is left out, whoever is killed; all else is stored."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest

from besok.model.readings import Identity, Message, Reading
from besok.store import message_dedup
from besok.store.database import Database
from besok.store.message_dedup import Origin
from besok.store.write import Batch, Incoming, Rejection, Written, write
from tests.databases import execute, waiting
from tests.patience import wait_for

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY_S = 86_400.0


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def delivery(
    seconds: float,
    *,
    said: bytes = b"one",
    packet: int = 0,
    again: bool = False,
    mark: str = "",
    window_s: float = 60,
) -> Origin:
    own = Identity(scope="lorawan/ab", mark=mark, window_s=window_s) if mark else None
    return Origin(
        received=after(seconds), digest=said, identity=own, client="c", packet_id=packet, redelivered=again
    )


def batch(*origins: Origin) -> Batch:
    """A batch in which each message is one person, at the time of its receipt."""
    readings = [
        Reading(source="s", device="d", channel="flow:1", metric="in", value=1, time=o.received)
        for o in origins
    ]
    pairs = zip(readings, origins, strict=True)
    return Batch(
        readings=[Incoming(reading=r, received=o.received, origin=o) for r, o in pairs], origins=origins
    )


def put(db: Database, *origins: Origin) -> Written:
    return write(db, batch(*origins))


def people(db: Database) -> float:
    ((number,),) = execute(db, "select coalesce(sum(people_in), 0) from flow_bucket")
    return float(number)


def test_another_content_or_another_mark_or_a_time_beyond_the_window_is_another_message(db: Database) -> None:
    put(db, delivery(0, mark="packet:7"))
    assert put(db, delivery(1, mark="packet:8"), delivery(2, mark="packet:7", said=b"two")).repeats == 0
    assert put(db, delivery(59, mark="packet:7")).repeats == 1
    assert put(db, delivery(61, mark="packet:7")).repeats == 0  # a number of 8 bits that has come round
    assert put(db, delivery(62, mark="packet:7"), delivery(130, mark="packet:7")) == Written(
        readings=1, repeats=1
    )
    assert people(db) == 5


def test_committed_and_killed_before_the_acknowledgement(db: Database) -> None:
    put(db, *(delivery(n, packet=n) for n in range(1, 6)))
    again = [delivery(100 + n, packet=n, again=True) for n in range(1, 8)]  # the last two had not come yet
    assert put(db, *again) == Written(readings=2, repeats=5)
    assert people(db) == 7


def test_a_batch_written_again_because_nobody_knows_whether_it_was_committed(db: Database) -> None:
    once = batch(delivery(1, packet=1), delivery(2, packet=2, mark="fcnt:1"))
    write(db, once)
    assert write(db, once) == Written(repeats=2)
    assert people(db) == 2


def test_a_message_that_still_waits_when_it_is_sent_again_counts_once(db: Database) -> None:
    assert put(db, delivery(1, packet=1), delivery(5, packet=1, again=True)) == Written(readings=1, repeats=1)
    assert people(db) == 1


def test_the_same_content_under_a_packet_id_given_out_again_is_another_message(db: Database) -> None:
    put(db, delivery(1, packet=1))
    assert put(db, delivery(2, packet=1)).readings == 1
    assert put(db, delivery(3, packet=1, again=True)).repeats == 1
    assert people(db) == 2


def test_a_redelivered_message_whose_first_delivery_never_came_replaces_what_had_its_id(db: Database) -> None:
    put(db, delivery(1, packet=1))
    assert put(db, delivery(2, packet=1, said=b"two", again=True)).readings == 1
    assert put(db, delivery(3, packet=1, said=b"one", again=True)).readings == 1


def test_a_packet_id_is_forgotten_before_its_number_comes_round(db: Database) -> None:
    """Else a message of the next lap that says the same, and is redelivered before it was ever received, were lost."""
    put(db, delivery(1, packet=5))
    put(db, delivery(2, packet=40_000))  # half a lap later
    assert put(db, delivery(3, packet=5, again=True)) == Written(readings=1)


@pytest.mark.parametrize(("mark", "now"), [(5, 6_000), (65_500, 3_000), (5_000, 1)])
def test_a_packet_id_is_kept_while_it_may_be_redelivered(db: Database, mark: int, now: int) -> None:
    put(db, delivery(1, packet=mark))
    put(db, delivery(2, packet=now))
    assert put(db, delivery(3, packet=mark, again=True)) == Written(repeats=1)


def test_each_collector_has_packet_ids_of_its_own(db: Database) -> None:
    put(db, delivery(1, packet=1))
    other = Origin(received=after(2), digest=b"one", client="other", packet_id=1, redelivered=True)
    assert put(db, other).readings == 1


def test_a_new_session_forgets_the_packet_ids_of_the_old_one_and_nothing_else(db: Database) -> None:
    """Else a message of the new session that says the same, and is redelivered before it was stored, were lost."""
    put(db, delivery(0, packet=1), delivery(0, packet=2, mark="fcnt:7"))
    begins = replace(batch(delivery(5, packet=1, again=True)), new_sessions=frozenset({"c"}))
    assert write(db, begins) == Written(readings=1)
    assert write(db, begins) == Written(repeats=1)  # written again
    assert put(db, delivery(9, packet=3, mark="fcnt:7")) == Written(repeats=1)
    assert put(db, delivery(9, packet=1, again=True)) == Written(repeats=1)


def test_either_mark_makes_a_repeat(db: Database) -> None:
    """A packet number of 8 bits holds for a minute, the broker's for as long as it may redeliver."""
    put(db, delivery(0, packet=9, mark="packet:7"))
    assert put(db, delivery(3600, packet=9, mark="packet:7", again=True)).repeats == 1
    assert put(db, delivery(3601, packet=10, mark="packet:7")).repeats == 1  # which renewed the first mark
    assert put(db, delivery(9000, packet=11, mark="packet:7")).readings == 1


def test_a_repeat_by_one_mark_is_known_by_its_other_mark_too(db: Database) -> None:
    put(db, delivery(0, packet=1, mark="packet:7"), delivery(1, packet=2, mark="packet:7"))
    assert put(db, delivery(600, packet=2, mark="packet:7", again=True)) == Written(repeats=1)


def test_a_rejected_message_that_comes_again_is_rejected_once(db: Database) -> None:
    message = Message(topic="t", payload=b"?", received=NOON)
    for origin in (delivery(0, packet=3), delivery(9, packet=3, again=True)):
        write(
            db, Batch(rejections=[Rejection(message=message, reason="no", origin=origin)], origins=[origin])
        )
    assert execute(db, "select count(*) from rejected")[0] == (1,)


def test_a_replay_is_written_in_any_case(db: Database) -> None:
    once = batch(delivery(0, mark="fcnt:7"))
    write(db, once)
    assert write(db, Batch(readings=once.readings)) == Written(unchanged=1)
    assert people(db) == 1


def test_what_is_rolled_back_is_not_seen(db: Database) -> None:
    origin = delivery(0, mark="fcnt:7")
    broken: Any = Rejection(message=None, reason="")  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        write(db, Batch(readings=batch(origin).readings, origins=[origin], rejections=[broken]))
    assert put(db, origin).readings == 1


@pytest.mark.usefixtures("database_url")  # with a pool of connections
def test_two_collectors_that_get_the_same_message_at_once(db: Database) -> None:
    """In opposite orders, so that they would deadlock if they did not lock in one."""

    def one(n: int) -> Written:
        origins = [delivery(k + n / 100, mark=f"fcnt:{k}") for k in range(20)]
        return put(db, *(origins if n % 2 else reversed(origins)))

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(one, range(8)))
    assert sum(d.readings for d in done) == 20
    assert people(db) == 20


@pytest.mark.usefixtures("database_url")  # with a pool of connections
def test_whoever_has_the_same_message_waits_for_the_first_to_commit(db: Database) -> None:
    origin, done = delivery(0, mark="fcnt:7"), list[Written]()
    second = Thread(target=lambda: done.append(put(db, delivery(1, mark="fcnt:7"))))
    with pytest.raises(KeyboardInterrupt), db.transaction() as conn:
        assert message_dedup.repeats(conn, [origin]) == set()
        second.start()
        wait_for(lambda: waiting(db))
        raise KeyboardInterrupt  # the first one dies
    second.join()
    assert done == [Written(readings=1)]


def test_strange_names_are_no_trouble(db: Database) -> None:
    own = Identity(scope="x\0" * 3000, mark="m" * 70_000, window_s=60)
    for seconds, repeats in ((0, 0), (1, 1)):
        origin = Origin(received=after(seconds), digest=b"d", identity=own)
        assert put(db, origin).repeats == repeats


def test_marks_are_forgotten_after_their_time(db: Database) -> None:
    put(db, delivery(0, mark="a", window_s=60), delivery(0, mark="b", window_s=30 * DAY_S))
    assert [message_dedup.forget(db, after(seconds)) for seconds in (59, 61)] == [0, 1]
    assert put(db, delivery(70, mark="b")).repeats == 1
