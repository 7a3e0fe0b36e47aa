"""What each fault does to reports; and how well devices measure. What faults cost is proven in tests/store."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from sensors_sim import air, stream
from sensors_sim.faults import ActiveFault, _Way
from sensors_sim.movements import Moves
from sensors_sim.reports import Flow, Level, Moment, Report
from sensors_sim.scenario import ORDINARY, Character, Fault, FaultKind
from sensors_sim.sensors import Counter, Placing, counted, detect, install
from sensors_sim.totals import Totals
from sensors_sim.world import World
from tests.small_sites import space
from tests.worlds.simulated import EXAMPLE, all_of

DEVICE = ("lib", "door")
MINUTE = 60_000
SPELL = (10, 20)  # minutes in which the fault goes on


def report(n: int, *items: Flow | Level) -> Report:
    return Report(*DEVICE, "", n * MINUTE, n * MINUTE, n, 1, items)


def sent() -> list[Report]:
    """A message each minute: three in, one out, and as many people as the minute has digits."""
    return [report(n, Flow(60, 3, 1, "1", (3 * n + 3, n + 1)), Level(n % 5)) for n in range(40)]


def moments(
    kind: FaultKind, reports: Sequence[Report] = (), *, ends: float = SPELL[1] * MINUTE, **more: float
) -> list[Moment]:
    values: dict[str, Any] = {"seconds": 0.0, "share": 0.0} | more
    fault = ActiveFault(kind=kind, begins=SPELL[0] * MINUTE, ends=ends, key=7, number=0, memory={}, **values)
    told = [Moment(time=r.received, reports=(r,)) for r in reports or sent()]
    return list(_Way({DEVICE: [fault]}).moments(told))


def received(kind: FaultKind, reports: Sequence[Report] = (), **more: float) -> list[tuple[float, Report]]:
    """What is received of the messages, as (minute of arrival, report)."""
    return [(m.time / MINUTE, r) for m in moments(kind, reports, **more) for r in m.reports]


def within(found: list[tuple[float, Report]]) -> list[Report]:
    return [r for _, r in found if SPELL[0] * MINUTE <= r.received < SPELL[1] * MINUTE]


def totals(found: list[tuple[float, Report]]) -> list[tuple[int, int]]:
    return [flow.totals or (0, 0) for _, r in found for flow in r.flows]


def test_without_an_active_fault_nothing_changes() -> None:
    for kind in get_args(FaultKind):
        before = [r for t, r in received(kind, seconds=30, share=0.5) if t < SPELL[0]]
        assert before == sent()[: SPELL[0]], kind


def test_silence_is_nothing_at_all() -> None:
    assert [r for _, r in received("silence")] == sent()[:10] + sent()[20:]
    assert [r.seq for _, r in received("outage", ends=inf)] == list(
        range(10)
    )  # one without an end is silence


def test_a_reboot_begins_totals_and_numbers_at_zero_and_takes_as_long_as_it_takes() -> None:
    at_once = received("reboot", ends=SPELL[0] * MINUTE)
    assert totals(at_once)[9:13] == [(30, 10), (33, 11), (3, 1), (6, 2)]
    assert [r.seq for _, r in at_once][9:13] == [9, 10, 0, 1]
    assert len({r.session for _, r in at_once}) == 2
    slow = received("reboot")
    assert len(slow) == len(sent()) - 10 and totals(slow)[10] == (3, 1)


def test_a_stuck_device_repeats_itself() -> None:
    stuck = within(received("stuck"))
    assert {r.items for r in stuck} == {sent()[10].items}
    assert [r.seq for r in stuck] == list(range(10, 20))


def test_clocks_are_off_by_as_much_as_is_said_and_only_the_clock() -> None:
    assert {r.time - r.received for r in within(received("clock_skew", seconds=-420))} == {-420_000}
    drift = [r.time - r.received for r in within(received("clock_drift", seconds=1440))]
    assert drift == [n * 1000 for n in range(10)]


def test_late_double_and_shuffled_messages_lose_nothing() -> None:
    late = received("late", seconds=300)
    assert sorted({t for t, r in late if SPELL[0] * MINUTE <= r.time < SPELL[1] * MINUTE}) == [15, 20]
    shuffled = [r.time for _, r in received("disorder", seconds=180)]
    assert shuffled != sorted(shuffled)
    assert sorted(r.time for _, r in late) == sorted(shuffled) == [r.time for r in sent()]
    twice = [r for _, r in received("duplicate", share=1.0)]
    assert all(twice.count(r) == (2 if SPELL[0] <= r.seq < SPELL[1] else 1) for r in sent())


def test_what_the_broker_keeps_is_marked_until_somebody_connects_again() -> None:
    found = moments("retained")
    assert [r.seq for m in found for r in m.reports if r.retain] == list(range(10, 20))
    assert [m.time // MINUTE for m in found if m.resent] == [20]


def test_after_an_outage_everything_comes_at_once_in_its_order() -> None:
    found = received("outage")
    burst = [r for t, r in found if t == SPELL[1]]
    assert [r.seq for r in burst] == list(range(10, 21)) and len(found) == len(sent())
    assert [r.received for r in burst] == sorted({r.received for r in burst})


def test_losses_are_as_many_as_is_said() -> None:
    many = [report(n) for n in range(10, 3000)]
    assert len(received("lossy", many, ends=inf, share=0.3)) == pytest.approx(0.7 * len(many), rel=0.05)


def test_swapped_is_the_other_way_round_and_totals_go_on() -> None:
    found = received("swapped")
    assert {(f.entries, f.exits) for r in within(found) for f in r.flows} == {(1, 3)}
    steps = np.diff(np.array(totals(found)), axis=0)
    assert steps[9:].tolist() == [[1, 3]] * 10 + [[3, 1]] * 20


def test_the_blind_miss_a_share_and_never_take_back_what_they_counted() -> None:
    found = received("blind", ends=inf, share=0.5)
    entries = sum(f.entries for t, r in found for f in r.flows if t >= SPELL[0])
    assert 25 < entries < 65  # of 90
    assert np.diff(np.array(totals(found)), axis=0).min() >= 0
    assert totals(found)[-1][0] == 30 + entries


def test_a_ghost_is_somebody_where_nobody_is() -> None:
    assert {v.value for r in within(received("ghost")) for v in r.levels} == {1, 2, 3, 4}


def test_the_same_faults_befall_the_same_messages_every_time() -> None:
    begins = datetime(2026, 11, 2, 10, tzinfo=UTC)  # totals are counted since the month began
    faults = tuple(
        Fault(device="*", kind=kind, begins=begins + timedelta(minutes=n), minutes=20, seconds=60, share=0.4)
        for n, kind in enumerate(get_args(FaultKind))
    )
    characters = (Character(device="count-*", totals=True),)
    scenario = replace(ORDINARY, characters=characters, faults=faults)
    end = begins + timedelta(minutes=25)
    once, again = (all_of(stream.messages(EXAMPLE, begins, end, scenario=scenario)) for _ in range(2))
    assert once == again and len(once) > 100


def test_who_listens_after_a_reboot_hears_the_totals_of_one_who_heard_it() -> None:
    begins = datetime(2026, 11, 3, 10, tzinfo=UTC)
    twice = tuple(Fault(device="*", kind="reboot", begins=begins + timedelta(hours=n)) for n in (0, 1))
    scenario = replace(ORDINARY, characters=(Character(device="*", totals=True),), faults=twice)
    end = begins + timedelta(hours=2)

    def totals_from(start: datetime) -> dict[datetime, int]:
        lots = stream.messages(
            EXAMPLE, start, end, every_s=600, selected=lambda _, d: "town" in d, scenario=scenario
        )
        return {m.received: int(m.payload.split(b'"in_total":')[1].split(b",")[0]) for m in all_of(lots)}

    later, all_day = totals_from(end - timedelta(minutes=30)), totals_from(begins - timedelta(hours=3))
    assert later == {t: all_day[t] for t in later}
    assert len(later) >= 3 and max(later.values()) < 400  # of an hour, not of a month


def test_more_is_missed_in_a_crowd() -> None:
    alone = np.arange(0, 4_000_000, 10_000)
    time = np.concatenate([alone, alone[:200] + 500])
    moves = Moves(
        time=time,
        edge=np.zeros(600, dtype=np.int64),
        inward=np.ones(600, dtype=np.bool_),
        person=np.arange(600),
    )
    always = Placing(edge=0, swapped=False, begins=-(10**15), ends=10**15)
    counter = Counter(
        site="s", device="d", line="1", places=(always,), interval_s=60, key=5, miss=0, double=0, swap=0,
        crowd=0.3,
    )  # fmt: skip
    found = detect(replace(install(World(EXAMPLE).ground, 1), counters=(counter,)), moves)
    assert (found.time >= 2_000_000).sum() == 200
    assert (found.time < 2_000_000).sum() == pytest.approx(0.7 * 400, rel=0.1)


def test_carbon_dioxide_follows_the_people_with_a_lag() -> None:
    room = air.room(space("r", capacity=30, area_m2=100), None)
    times = np.arange(0, 6 * 3600_000, 10_000)
    people = np.where(times < 3 * 3600_000, 30, 0).astype(np.int32)
    ppm = air.co2(room, times, people)
    assert ppm[0] == 420
    assert ppm[times == 18 * MINUTE] == pytest.approx(
        420 + 0.63 * 557, abs=6
    )  # as the module's example has it
    assert (ppm.max(), ppm[-1]) == pytest.approx((977, 420), abs=2)
    rough = air.co2(room, times[::90], people[::90])  # each quarter of an hour
    assert np.abs(rough - ppm[::90]).max() < 150


def test_totals_are_what_was_counted_since_the_month_began() -> None:
    world, totals_sent = World(EXAMPLE), (Character(device="*", totals=True),)
    installation = install(world.ground, 1, lambda _, device: "town" in device, totals_sent)
    third = datetime(2026, 11, 3, tzinfo=UTC).date()
    both = world.days(third.replace(day=1), third.replace(day=2))
    expected = counted(detect(installation, both), len(installation.counters)).tolist()
    running = Totals(world, installation)
    assert running.before(third.replace(day=1)).sum() == 0
    assert running.before(third).tolist() == expected and sum(map(sum, expected)) > 100


def test_every_fault_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reference" / "scenarios.md").read_text("utf-8")
    assert [kind for kind in get_args(FaultKind) if f"| `{kind}` |" not in text] == []
