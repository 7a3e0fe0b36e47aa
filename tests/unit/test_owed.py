"""What a broker that numbers anew owes us again: each message keeps its first receipt once, and no more than that."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.owed import Owed

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def after(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


def came(owed: Owed, packet_id: int, seconds: int, *, said: bytes = b"1", again: bool = False) -> int:
    """The receipt of a message that comes after so many seconds."""
    received = owed.receipt(packet_id, "t", said, after(seconds), redelivered=again)
    return int((received - NOON).total_seconds())


def test_what_was_not_acknowledged_keeps_its_receipt_under_another_number() -> None:
    owed = Owed()
    assert [came(owed, n, n, said=b"%d" % n) for n in (1, 2, 3)] == [1, 2, 3]
    owed.acknowledged([2])
    owed.connected(kept=True)
    assert came(owed, 1, 10, said=b"1", again=True) == 1
    assert came(owed, 2, 11, said=b"3", again=True) == 3
    assert came(owed, 3, 12, said=b"2", again=True) == 12  # acknowledged, so this is another one
    owed.connected(kept=True)
    assert came(owed, 1, 20, said=b"1", again=True) == 1  # and once more


def test_alike_messages_are_owed_as_often_as_they_came() -> None:
    owed = Owed()
    assert [came(owed, n, n) for n in (1, 2)] == [1, 2]
    owed.connected(kept=True)
    assert [came(owed, n, 10 + n, again=True) for n in (1, 2, 3)] == [1, 2, 13]


def test_what_is_no_redelivery_is_new_and_a_new_session_owes_nothing() -> None:
    owed = Owed()
    came(owed, 1, 1)
    owed.connected(kept=True)
    assert came(owed, 1, 10) == 10
    owed.connected(kept=False)
    assert came(owed, 1, 20, again=True) == 20


Connections = st.lists(st.lists(st.tuples(st.sampled_from([b"1", b"2"]), st.booleans()), max_size=6), max_size=5)


@settings(max_examples=50)
@given(Connections)
def test_each_message_counts_once_however_often_the_connection_breaks(
    connections: list[list[tuple[bytes, bool]]],
) -> None:
    """A broker that sends new messages until the connection breaks, and then first what was not acknowledged."""
    owed, clock, queue, receipts, sent = Owed(), 0, list[bytes](), set[int](), 0
    for connection in connections:
        owed.connected(kept=True)
        again = len(queue)
        queue += [said for said, _ in connection]
        sent += len(connection)
        acknowledged = []
        for packet_id, said in enumerate(queue, 1):
            clock += 1
            receipts.add(came(owed, packet_id, clock, said=said, again=packet_id <= again))
            if packet_id <= len(connection) and connection[packet_id - 1][1]:
                acknowledged.append(packet_id)
        owed.acknowledged(acknowledged)
        queue = [said for packet_id, said in enumerate(queue, 1) if packet_id not in acknowledged]
    assert len(receipts) == sent
