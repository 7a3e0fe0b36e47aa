"""Headcounts of two phones that were offline, sent at once, twice and out of order: each counts once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from besok.model.headcount import Headcount
from besok.model.site import Site
from besok.services.headcounts import get_headcounts
from besok.store.database import Database
from tests.patience import ANSWER_S
from tests.store.counted import after
from tests.store.test_headcounts_store import counted, estimated, house, send, today, together

__all__ = ["house", "today"]  # fixtures
ROOMS = ("lib", "room", "nook")


def walk(by: str, minute: float) -> list[Headcount]:
    return [
        counted(minute + n / 10, people, room, counted_by=by)
        for n, (room, people) in enumerate(zip(ROOMS, (90, 15, 4), strict=True))
    ]


@pytest.mark.usefixtures("database_url")  # with a pool of connections
def test_two_phones_that_were_offline_send_at_once_and_twice(db: Database, house: Site) -> None:
    rounds = [walk("Kim", 30), walk("Robin", 30.05)]
    phones = [rounds[0], rounds[0], rounds[1], rounds[1][::-1]]  # both send again: the answer was lost
    barrier = Barrier(len(phones))

    def phone(made: list[Headcount]) -> int:
        barrier.wait(timeout=ANSWER_S)
        return sum(send(db, house, one, after(45)) for one in made)

    with ThreadPoolExecutor(len(phones)) as pool:
        new = sum(pool.map(phone, phones))
    kept = get_headcounts(db, house, after(60)).counts
    assert new == len(kept) == 6, "each headcount once"
    assert {(one.counted_by, one.space) for one in kept} == {
        (by, r) for by in ("Kim", "Robin") for r in ROOMS
    }


def test_the_order_of_two_phones_changes_no_figure(db: Database, house: Site, today: object) -> None:
    first, second = walk("Kim", 30), walk("Robin", 30.05)
    estimated(db, today, 46)  # type: ignore[arg-type]
    mean = together(db, 46, 90)
    for one in (*second, *first):
        send(db, house, one, after(45))
    both = estimated(db, today, 46, after(30))  # type: ignore[arg-type]
    for one in (*first, *second):  # once more, the other way round
        assert not send(db, house, replace(one), after(50))
    assert estimated(db, today, 46, after(30)) == both  # type: ignore[arg-type]
    assert both["lib"] == pytest.approx(mean, abs=1), (
        "two who count the same are as sure as two, not twice as many"
    )
