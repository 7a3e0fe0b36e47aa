"""The light worlds: their truth adds up, their counters err as they are told to, and late counts are late."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.worlds import people, standard
from benchmarks.worlds.counters import Counter, Fault, counted
from besok.analytics.occupancy import DayObservations, learn, live
from cli.simulation import judge
from cli.simulation.judged_world import by_quarters, by_receipt, parts, unchanged

PERFECT = Counter(miss_in=0, miss_out=0, double=0, turned=0, wander=0)
BY_NAME = {recipe.name: recipe for recipe in standard.STANDARD}
NOON, NIGHT = (12 - 4) * 60, (3 - 4) * 60


def counts(
    counter: Counter, *faults: Fault, day: int = 0, crowds: int = 20
) -> tuple[people.Passages, np.ndarray]:  # type: ignore[type-arg]
    """Many busy days on top of each other, and what the first door counted of them: in, out."""
    rng = np.random.default_rng(5)
    walked = people.together(*(people.passages(people.BRANCH, rng) for _ in range(crowds)))
    found = counted(walked, [counter], faults, day, 1440, 60, rng)
    return walked, np.stack([found.people_in[:, 0], found.people_out[:, 0]])


def test_a_perfect_counter_tells_the_truth() -> None:
    walked, both = counts(PERFECT)
    assert np.array_equal(np.cumsum(both[0] - both[1]), people.present(walked, 1440, 60))
    assert both[0].sum() == both[1].sum() > 2000


@pytest.mark.parametrize(
    ("errors", "came", "went"),
    [
        ({"miss_in": 0.1}, 0.9, 1),
        ({"miss_out": 0.1}, 1, 0.9),
        ({"double": 0.1}, 1.1, 1.1),
        ({"turned": 0.1, "miss_in": 0.2}, 0.82, 0.98),
        ({"miss_in": 0.1, "miss_out": 0.1, "wander": 0.3}, 0.9, 0.9),
    ],
)
def test_counters_err_as_they_are_told(errors: dict[str, float], came: float, went: float) -> None:
    walked, both = counts(replace(PERFECT, **errors))
    real = walked.inward.sum()
    assert both.sum(axis=1) / real == pytest.approx([came, went], abs=0.05 if "wander" in errors else 0.02)


def test_crowds_hide_people() -> None:
    rng = np.random.default_rng(1)
    crowd, queue = (
        people.school_class(3600, 4000, 30, rng),
        people.passages(replace(people.ROOM, alone=1.0), rng),
    )
    counter = replace(PERFECT, crowd=0.1)
    seen = [
        counted(w, [counter], (), 0, 1440, 60, rng).people_in.sum() / w.inward.sum() for w in (crowd, queue)
    ]
    assert seen[0] < 0.95 < seen[1]


def test_faults() -> None:
    _, usual = counts(PERFECT)
    _, silent = counts(PERFECT, Fault(door=0, kind="silent", first=0, last=0, begins=12))
    assert np.isnan(silent[:, NOON:]).all() and np.array_equal(silent[:, :NOON], usual[:, :NOON])
    _, swapped = counts(PERFECT, Fault(door=0, kind="swapped", first=0, last=0, begins=12))
    assert np.array_equal(swapped[::-1, NOON:], usual[:, NOON:])
    _, ahead = counts(PERFECT, Fault(door=0, kind="clock", first=0, last=0, seconds=600))
    assert np.array_equal(ahead[:, 10:], usual[:, :-10])
    _, another_day = counts(PERFECT, Fault(door=0, kind="silent", first=1, last=1))
    assert np.array_equal(another_day, usual)


def test_nobody_stays_over_night() -> None:
    for recipe in standard.STANDARD:
        world = standard.world(recipe, 1, history=0)
        assert all(day[0, 0] == day[-1, 0] == 0 and day.min() == 0 and day.max() > 5 for day in world.real), (
            recipe.name
        )


def test_a_world_is_a_matter_of_its_seed() -> None:
    worlds = [standard.world(BY_NAME["late"], seed) for seed in (1, 1, 2)]
    totals = [np.nansum(w.seen[3].people_in) for w in worlds]
    assert totals[0] == totals[1] != totals[2]


def test_late_counts_change_what_was_shown_but_not_before() -> None:
    """Going on from where something changed gives what a filter over all that was heard by then would give."""
    world = standard.world(replace(BY_NAME["late"], step_s=300), 1, history=1, judged=1)
    learnt = learn(world.building, world.past[:1])
    shown = judge.live(world).people
    for steps, seen in parts(world.seen[1], world.received[1])[20:21]:
        assert np.allclose(shown[steps], live(world.building, seen, learnt).people[steps])
    after = live(world.building, world.seen[1], learnt).people
    assert not np.allclose(shown, after)


def test_late_counts_are_late() -> None:
    heard = np.array([[0, 2], [1, 2], [2, 2], [3, 9]])
    one = np.arange(8.0).reshape(4, 2)
    seen = DayObservations.of(one, one, 1)
    known = [(steps, np.isnan(part.people_in[:, 1]).tolist()) for steps, part in parts(seen, heard)]
    assert known == [(slice(0, 2), [True, True]), (slice(2, 4), [False, False, False, True])]
    first, second = (part for _, part in parts(seen, heard))
    assert (unchanged(first, second), unchanged(second, second)) == (0, 4)
    assert by_receipt(one, heard).tolist() == [[0, 0], [2, 0], [4, 1 + 3 + 5], [6, 0]]
    assert parts(seen, None)[0][1] is seen


def test_past_days_are_quarters() -> None:
    flows, levels = np.ones((30, 1)), np.full((30, 1), np.nan)
    flows[:20], levels[3], levels[4] = np.nan, 2, 4
    day = by_quarters(DayObservations.of(flows, 2 * flows, 1, people=levels, open=np.arange(30) >= 7))
    assert np.array_equal(day.people_in, [[np.nan], [10]], equal_nan=True)
    assert np.array_equal(day.people, [[3], [np.nan]], equal_nan=True)
    assert (day.open is not None and day.open.tolist(), day.clock.tolist()) == ([True, True], [240, 255])
