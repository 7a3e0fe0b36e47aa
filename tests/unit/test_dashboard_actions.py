"""Which entries of the ledger the page shows, and in which order."""

from datetime import date, timedelta

import pytest

from besok.model.site import Text
from besok.model.views.calendar import ActionInfo
from dashboard.components import ledger


def entry(n: int) -> ActionInfo:
    """The newest is number 0."""
    day, name = date(2026, 11, 1) - timedelta(days=n), f"entry-{n}"
    return ActionInfo(
        action=name, title=Text(sv=name, en=name), asked_by="residents", state="asked", asked=day, answered=None,
        answer=None, done_since=None, undone=None, spaces=(), weekdays=(), invented=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "measured", "first"),
    [
        (5, [3], [3, 0, 1, 2, 4]),
        (33, [30, 32], [30, 32, *range(10)]),  # the bulk of what is new hides nothing that was measured
        (33, range(12, 33), [*range(12, 20), *range(4)]),  # nor the other way round
        (14, range(2, 14), [*range(2, 12), 0, 1]),
        (33, [], list(range(12))),
    ],
)
def test_what_was_measured_comes_first_and_what_is_new_has_its_place(
    number: int, measured: range | list[int], first: list[int]
) -> None:
    entries = [entry(n) for n in range(number)]
    told = ledger.in_order(entries, {f"entry-{n}" for n in measured})
    assert [a.action for a in told[: ledger.SHOWN]] == [f"entry-{n}" for n in first]
    assert sorted(told, key=entries.index) == entries, "each is there once"
    rest = [entries.index(a) for a in told[ledger.SHOWN :]]
    assert rest == sorted(rest)


def test_the_others_are_folded_away_and_counted(language: str) -> None:
    told = str(ledger.section("lib", [entry(n) for n in range(33)], {}, (), {}))
    assert f"Summary('21 {'more' if language == 'en' else 'till'}')" in told
