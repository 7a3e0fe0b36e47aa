"""What a killed broker sends again without a mark is known where its order, and a message that is itself, tell it."""

from datetime import UTC, datetime

from besok.model.readings import Message
from collectors.broker_replay import Echoes
from collectors.pipeline import decode

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def heard(echoes: Echoes, *messages: tuple[int, bytes]) -> list[bool]:
    return [echoes.heard(packet_id, b"t", said) for packet_id, said in messages]


def test_what_comes_again_in_order_is_an_echo() -> None:
    echoes = Echoes()
    assert heard(echoes, (1, b"a"), (2, b"b"), (3, b"a"), (4, b"c")) == [False] * 4
    echoes.connected(kept=True)
    assert heard(echoes, (2, b"b"), (3, b"a"), (4, b"d"), (4, b"c")) == [True, True, False, False]


def test_what_comes_after_all_there_was_is_none_nor_is_anything_of_a_new_session() -> None:
    echoes = Echoes()
    heard(echoes, (1, b"a"), (2, b"a"))
    echoes.connected(kept=True)
    assert heard(echoes, (2, b"a"), (3, b"a"), (1, b"a")) == [True, False, False]
    echoes.connected(kept=False)
    assert heard(echoes, (1, b"a"), (2, b"a")) == [False, False]


def test_what_begins_with_something_else_is_none_and_another_number_is_something_else() -> None:
    echoes = Echoes()
    heard(echoes, (1, b"a"), (2, b"b"))
    echoes.connected(kept=True)
    assert heard(echoes, (5, b"a"), (2, b"b")) == [False, False]


def message(packet_id: int, said: str, *, echo: bool = True, again: bool = False) -> Message:
    return Message(
        topic="besok/v1/a/b/flow", payload=said.encode(), received=NOON, client="c", packet_id=packet_id, echo=echo,
        duplicate=again,
    )  # fmt: skip


BARE, TIMED, NUMBERED = '{"in": 1}', '{"time": "2026-03-02T11:00:00Z", "in": 1}', '{"in": 1, "seq": 7}'


def redelivered(*messages: Message) -> list[int]:
    """The packet ids of those that are taken for redeliveries."""
    return [origin.packet_id for origin in decode(messages).origins if origin.redelivered]


def test_echoes_before_one_that_is_itself_are_redeliveries() -> None:
    assert redelivered(message(1, BARE), message(2, "?"), message(3, TIMED), message(4, BARE)) == [1, 2]
    assert redelivered(message(1, BARE), message(2, NUMBERED)) == [1]
    assert redelivered(message(1, BARE), message(2, BARE, again=True), message(3, BARE)) == [1, 2]


def test_echoes_after_which_nothing_tells_are_taken_for_new() -> None:
    assert redelivered(message(1, BARE), message(2, BARE), message(3, TIMED, echo=False)) == []
    assert redelivered(message(1, BARE, echo=False), message(2, TIMED)) == []
