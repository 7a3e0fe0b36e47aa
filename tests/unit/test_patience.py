"""Waits end when nothing moves, and count slower on a busy machine."""

import pytest

from tests import patience


def test_a_wait_ends_when_nothing_moves_and_goes_on_while_something_does() -> None:
    asked: list[int] = []
    assert patience.wait_for(lambda: asked.append(1) or len(asked) > 8, 0.05, lambda: len(asked))
    with pytest.raises(AssertionError, match="in which nothing moved"):
        patience.wait_for(lambda: False, 0.05)


def test_a_busy_machine_makes_it_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(patience.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(patience, "slowdown", lambda: 4.0)
    waiting = patience.Patience(10)
    while not waiting.is_over():
        now[0] += 1
    assert 35 < now[0] < 45


def test_the_load_is_at_least_that_of_an_idle_machine() -> None:
    assert patience.slowdown() >= 1
