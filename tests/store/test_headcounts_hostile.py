"""Headcounts that nobody would expect: of an empty building, absurd ones, undone in any order."""

from datetime import timedelta

import numpy as np
import pytest

from besok.model.site import Site
from besok.services.headcounts import get_headcounts
from besok.store import headcounts
from besok.store.database import Database
from jobs.estimate import Today
from tests.store.counted import after
from tests.store.test_headcounts_store import counted, estimated, house, send, today

__all__ = ["house", "today"]


@pytest.mark.parametrize("people", [0, 1, 100_000])
def test_an_absurd_headcount_is_taken_back_without_a_trace(
    db: Database, house: Site, today: Today, people: int
) -> None:
    before = estimated(db, today, 60)
    odd = counted(59, people)
    assert send(db, house, odd, after(60)) and not send(db, house, odd, after(60))
    found = estimated(db, today, 60, after(59))
    assert np.isfinite(list(found.values())).all() and min(found.values()) >= 0
    assert all(found[s] <= found["lib"] + 1 for s in found), "no room holds more than the house"
    headcounts.undo(db, house, odd.id, author="Kim", reason="a slip", now=after(61))
    assert estimated(db, today, 60, after(59)) == pytest.approx(before, abs=1e-6)
    said = get_headcounts(db, house, after(60) + timedelta(days=1))
    assert said.judged == 0 and len(said.counts) == 1


def test_headcounts_that_contradict_each_other_leave_a_figure(
    db: Database, house: Site, today: Today
) -> None:
    for minute, people, room in (
        (50, 0, "lib"),
        (50, 40, "room"),
        (50, 7, "hall"),
        (51, 500, "room"),
        (51, 3, "lib"),
    ):
        send(db, house, counted(minute, people, room), after(minute))
    found = estimated(db, today, 60)
    assert np.isfinite(list(found.values())).all() and min(found.values()) >= 0
    assert all(found[s] <= found["lib"] + 1 for s in found), found
