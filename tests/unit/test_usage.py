"""How spaces were used: stays against true stays, however badly the doors count; turnover, peaks, utilisation."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from benchmarks.worlds import people
from benchmarks.worlds.counters import Counter, counted
from besok.analytics import usage
from besok.analytics.usage import DayUse, Passed, mean_stay
from besok.model.usage import Figure, Reason

FIRST = date(2026, 3, 2)
MINUTES = 1440
HOURS = (
    np.floor((np.arange(MINUTES) + 0.5) / 15) / 4 + 0.125
)  # the middle of each minute's quarter of an hour
AT = datetime(2026, 3, 2, 14, tzinfo=UTC)


def passed(counts: Any) -> Passed:
    """Counts by minute and door as a day keeps them."""
    by_minute = np.nansum(counts, axis=1)
    number = by_minute.sum()
    mean = (by_minute * HOURS).sum() / number
    return Passed(people=number, mean_h=mean, var_h=(by_minute * HOURS**2).sum() / number - mean**2)


def day(**more: Any) -> DayUse:
    """A day on which 400 came at 13:00 on average and 380 were seen to leave at 13:48."""
    usual: dict[str, Any] = {
        "day": FIRST, "over": True, "hours": 24.0, "known_hours": 24.0, "person_hours": 320.0, "width_hours": 30.0,
        "open_hours": 10.0, "open_known_hours": 10.0, "open_person_hours": 300.0, "open_width_hours": 25.0,
        "first": 0.0, "last": 0.0, "by_people": 0.0, "entered": Passed(people=400, mean_h=9.0, var_h=6.25),
        "left": Passed(people=380, mean_h=9.8, var_h=6.25), "coverage": 1.0, "peak": 45.0, "peak_lower": 40.0,
        "peak_upper": 50.0, "peak_at": AT,
    }  # fmt: skip
    return DayUse(**{**usual, **more})


def lived(
    rng: np.random.Generator, place: people.Place, counters: tuple[Counter, ...]
) -> tuple[DayUse, float, int]:
    """A day as the doors saw it, the hours that people really spent inside, and how many came."""
    walked = people.passages(place, rng)
    seen = counted(walked, counters, [], 0, MINUTES, 60, rng)
    hours = (walked.time[~walked.inward].sum() - walked.time[walked.inward].sum()) / 3600
    told = day(entered=passed(seen.people_in), left=passed(seen.people_out), known_hours=0.0)
    return told, hours, int(walked.inward.sum())


WORLDS = {
    "5 % missed": (people.LIBRARY, (Counter(miss_in=0.05, miss_out=0.05),) * 3),
    "9 % missed on the way in": (people.LIBRARY, (Counter(miss_in=0.09, miss_out=0.02),) * 3),
    "groups": (people.LIBRARY, (Counter(crowd=0.06),) * 3),
    "a branch": (people.BRANCH, (Counter(miss_in=0.045, miss_out=0.035),)),
    "a room": (people.ROOM, (Counter(miss_in=0.04, miss_out=0.04, crowd=0.02),)),
}


@pytest.mark.parametrize("world", WORLDS)
def test_the_true_mean_stay_lies_within_its_interval(world: str) -> None:
    place, counters = WORLDS[world]
    holds, off = [], []
    for seed in range(12):
        rng = np.random.default_rng([seed, *world.encode()])
        days = [lived(rng, place, counters) for _ in range(3)]
        true = 60 * sum(hours for _, hours, _ in days) / sum(came for _, _, came in days)
        found, used, reason, method = mean_stay([d for d, _, _ in days])
        assert found and (used, reason, method) == (3, None, "doors")
        holds.append(found.lower <= true <= found.upper)
        off.append(found.value / true - 1)
    assert np.mean(holds) >= 0.8
    assert abs(np.mean(off)) < 0.04  # missing one in ten on the way in does not shift it


@pytest.mark.slow
def test_the_simulators_stays_room_by_room() -> None:
    """The simulator knows how long each person was in each room; its sensors know passages only."""
    from importlib.resources import files

    from besok.model import sitefile
    from cli.simulation.observed import observe
    from sensors_sim.scenario import ORDINARY
    from sensors_sim.world import World

    house = sitefile.parse((files("benchmarks") / "worlds" / "house" / "site.toml").read_text("utf-8"))
    holds = []
    for seed in range(1, 7):
        seen = observe(house, FIRST, 2, seed, ORDINARY)[0]
        world = World(house, seed)
        moves = world.days(FIRST, FIRST + timedelta(days=1))
        for space, name in enumerate(seen.names):
            doors = seen.plan.building.doors[space]
            if not doors.any():
                continue
            days = []
            for steps in seen.days:
                flows = (seen.flows.people_in[steps], seen.flows.people_out[steps])
                into, out = (
                    np.where(doors > 0, a, np.where(doors < 0, b, 0)) for a, b in (flows, flows[::-1])
                )
                days.append(day(entered=passed(into), left=passed(out), known_hours=0.0))
            change = world.ground.change[:, world.ground.spaces.index(name)]
            came = (np.where(moves.inward, 1, -1) * change[moves.edge] > 0).sum()
            found, _, reason, _ = mean_stay(days)
            true = seen.people[: seen.days[-1].stop, space].sum() / came
            holds.append(found.lower <= true <= found.upper if found else reason == "vague" and true < 10)
    assert len(holds) >= 24 and np.mean(holds) >= 0.8


def test_the_worked_example() -> None:
    one, week = (mean_stay([day(known_hours=0.0)] * n)[0] for n in (1, 7))
    assert one and week
    assert (round(one.value), round(one.lower), round(one.upper)) == (48, 42, 54)
    assert (round(week.lower), round(week.upper)) == (45, 51)


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        ([day(over=False)], "running"),
        ([day(coverage=0.5)], "no_flows"),
        ([day(entered=None)], "no_flows"),
        ([day(entered=Passed(people=10, mean_h=9, var_h=6))], "few"),
        ([day(left=Passed(people=290, mean_h=9.8, var_h=6))], "disagree"),
        ([day(person_hours=900.0)], "disagree"),  # the occupancy tells of stays twice as long
        ([day(last=170.0)], "ends"),
        ([day(left=Passed(people=400, mean_h=9.02, var_h=6), person_hours=8.0)], "vague"),
        ([day(left=Passed(people=400, mean_h=8.5, var_h=6), known_hours=0.0)], "vague"),
        ([day(left=Passed(people=400, mean_h=9, var_h=0))], "vague"),
    ],
)
def test_what_cannot_be_told_is_not_told(days: list[DayUse], reason: Reason) -> None:
    found, _, why, method = mean_stay(days)
    assert (found, why, method) == (None, reason, None)


def test_a_day_that_cannot_tell_leaves_the_others() -> None:
    alone, with_bad = mean_stay([day()]), mean_stay([day(), day(coverage=0.2), day(over=False)])
    assert alone == with_bad


def test_a_sensor_that_counts_the_people_inside_is_believed() -> None:
    found, _, _, method = mean_stay([day(by_people=1.0, person_hours=280.0)])
    assert method == "people" and found and found.value == pytest.approx(60 * 280 / 390)
    assert found.lower < found.value < found.upper


def test_people_at_the_ends_of_days_widen_the_interval() -> None:
    clean, rough = (mean_stay([day(first=n, last=n)])[0] for n in (0.0, 40.0))
    assert clean and rough and rough.upper - rough.lower > clean.upper - clean.lower


def test_turnover_utilisation_and_seats() -> None:
    found = usage.usage(
        [day(), day(day=FIRST + timedelta(days=1), peak=60.0, peak_upper=None)], seats=40, capacity=80
    )
    assert found.people and found.people.value == 30
    assert found.people.lower < 30 < found.people.upper
    assert found.per_seat_hour and found.per_seat_hour.value == 800 / (40 * 20)
    assert found.per_place_hour and found.per_place_hour.value == 800 / (80 * 20)
    assert found.seats_taken and found.seats_taken.value == 30 / 40
    assert found.utilisation and found.utilisation.value == 30 / 80
    assert found.peak == Figure(value=60, lower=40, upper=60) and found.utilisation_peak
    assert found.utilisation_peak.value == 60 / 80
    assert (found.coverage, found.flow_coverage, found.stay_days) == (1, 1, 2)


def test_without_seats_hours_or_measurements_there_is_no_figure() -> None:
    closed = day(
        open_hours=0.0,
        open_known_hours=0.0,
        open_person_hours=0.0,
        entered=None,
        left=None,
        coverage=0.0,
        peak=None,
    )
    found = usage.usage([closed], seats=None, capacity=0)
    nothing = (
        found.people,
        found.peak,
        found.came,
        found.per_seat_hour,
        found.seats_taken,
        found.utilisation,
    )
    assert nothing == (None,) * 6 and found.coverage == 0
    assert usage.usage([closed], seats=10, capacity=10).per_seat_hour is None


def test_the_peak_of_the_sum_is_not_the_sum_of_the_peaks() -> None:
    sums = usage.together([[10, 30, None], [40, 5, 3]])
    assert sums == [50, 35, None]
    assert max(n for n in sums if n is not None) == 50 < 30 + 40
