"""What goes wrong with sensors costs no figure: each fault through adapters and store, beside the simulator's truth.

And each proof can fail: with the handling of its fault switched off, the same figures are wrong.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from msgspec import structs

from besok.model.readings import Flag, Message, Reading
from besok.model.site import Sensor, SiteFile
from besok.store import message_dedup, rollup, write
from besok.store.database import Database
from besok.store.database import sql as sql_of
from collectors import pipeline
from collectors.adapters import native
from sensors_sim import stream
from sensors_sim.scenario import ORDINARY, Character, Fault, FaultKind, Scenario
from sensors_sim.times import instant
from sensors_sim.world import World
from tests.databases import execute
from tests.small_sites import library, portal, space

START, END = datetime(2026, 11, 24, 12, tzinfo=UTC), datetime(2026, 11, 24, 13, 15, tzinfo=UTC)
LISTENS = START - timedelta(minutes=15)  # a first total tells of nobody
QUARTER = timedelta(minutes=15)
LOT = 100  # messages written at once
PERFECT = Character(device="*", miss=0, double=0, swap=0, overlook=0)  # so that what it says is what happened
TOTALS = replace(PERFECT, totals=True)

Patch = Callable[[pytest.MonkeyPatch, Database], None]


MAKES: Mapping[str, Mapping[str, str]] = {
    "native": {},
    "clockless": {"model": "clockless"},
    "vs133": {"source": "lorawan", "model": "Milesight VS133"},
}


def house(name: str, make: str = "native") -> SiteFile:
    """A library with one door, whose counter is of a make, and a reading room."""
    device = f"24e124{len(name):010x}" if make == "vs133" else "door"
    return library(
        name,
        spaces=(space("room", "reading", capacity=60),),
        portals=(portal("door", "outside", "room"),),
        sensors=(Sensor(device=device, portal="door", **MAKES[make]),),
        capacity=1200,
        sandbox=True,
    )


@cache
def truth(name: str) -> Mapping[datetime, tuple[int, int]]:
    """Who really went in and out, by the quarter."""
    world = World(house(name))
    moves = world.day(START.date())
    counts: Counter[tuple[datetime, bool]] = Counter()
    for time, inward in zip(moves.time.tolist(), moves.inward.tolist(), strict=True):
        when = instant(time)
        if START <= when < END:
            counts[START + (when - START) // QUARTER * QUARTER, inward] += 1
    quarters = [START + n * QUARTER for n in range(5)]
    return {q: (counts[q, True], counts[q, False]) for q in quarters}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the database makes of it, beside the truth. Buckets hold in, out, seconds covered and people imputed."""

    buckets: Mapping[datetime, tuple[float, float, float, float]]
    truth: Mapping[datetime, tuple[int, int]]
    offset_s: float | None
    flags: int

    def all_in_their_quarter(self) -> None:
        """Everybody is counted once, and when they passed."""
        found = {q: self.buckets.get(q, (0, 0))[:2] for q in self.truth}
        assert found == self.truth
        assert sum(self.truth[q][0] for q in self.truth) > 60  # or it would prove little

    def all_counted(self) -> None:
        """Everybody is counted once, whenever."""
        for n in (0, 1):
            assert sum(b[n] for b in self.buckets.values()) == sum(t[n] for t in self.truth.values())

    def all_at_another_time(self, later: timedelta) -> None:
        """A clock that is off costs nobody: all are counted, when the device says that they passed."""
        for quarter, people in self.truth.items():
            if START <= quarter + later < END:
                assert self.buckets[quarter + later][:2] == people

    def nothing_seen(self, *minutes: int) -> None:
        """These quarters (minutes after the start) were not seen, and what is told of them is marked as imputed."""
        for minute in minutes:
            people_in, people_out, covered, imputed = self.buckets.get(
                START + timedelta(minutes=minute), (0, 0, 0, 0)
            )
            assert covered == 0
            assert imputed == people_in + people_out


def figures(db: Database, name: str, scenario: Scenario) -> Figures:
    """The faulty messages of a site of this name, through adapters and store."""
    said = list(_messages(name, scenario))
    for n in range(0, len(said), LOT):
        write.write(db, pipeline.decode(said[n : n + LOT]))
    (device,) = execute(
        db, "select device_id, clock_offset_s, clock_flags from device order by device_id desc limit 1"
    )
    rows = execute(
        db,
        "select bucket, people_in, people_out, covered_s, imputed from flow_bucket join channel using (channel_id)"
        " where device_id = %s",
        device[:1],
    )
    return Figures(
        buckets={r[0]: r[1:] for r in rows if r[0] >= START},
        truth=truth(name),
        offset_s=device[1],
        flags=device[2] or 0,
    )


def _messages(name: str, scenario: Scenario) -> Iterator[Message]:
    for lot in stream.messages(house(name, scenario.id), LISTENS, END, scenario=scenario):
        yield from lot


def fault(kind: FaultKind, begins: datetime = START, minutes: float | None = None, **more: float) -> Fault:
    return Fault(device="*", kind=kind, begins=begins, minutes=minutes, **more)


def under(character: Character, *faults: Fault, make: str = "native") -> Scenario:
    return replace(ORDINARY, id=make, characters=(character,), faults=faults)


# The handling of faults, switched off.
def no_event_time(patch: pytest.MonkeyPatch, db: Database) -> None:
    """Readings happen when they arrive."""

    def timed(reading: Reading, message: Message) -> Reading:
        return structs.replace(reading, time=message.received)

    patch.setattr(pipeline, "_timed", timed)


def no_ledger(patch: pytest.MonkeyPatch, db: Database) -> None:
    patch.setattr(message_dedup, "repeats", lambda conn, origins: set())


def no_ledger_and_no_care_for_retained(patch: pytest.MonkeyPatch, db: Database) -> None:
    """A retained message with a number is known by that, and refused for its missing time: two handlings."""
    careful = pipeline._timed
    no_ledger(patch, db)
    patch.setattr(
        pipeline,
        "_timed",
        lambda reading, message: careful(reading, structs.replace(message, retained=False)),
    )


def no_gaps(patch: pytest.MonkeyPatch, db: Database) -> None:
    """What passed since the last total is taken for measured, however long that is ago."""

    def careless(name: str) -> object:
        text = sql_of(name)
        changed = text.replace("t.time - t.before > interval '15 minutes'", "false")  # type: ignore[attr-defined]
        assert changed != text or name != "rollup_flow"
        return changed

    patch.setattr(rollup, "sql", careless)


def people_since(rule: str) -> Patch:
    def replace_it(patch: pytest.MonkeyPatch, db: Database) -> None:
        execute(
            db,
            "create or replace function people_since(was float8, value float8, wraps bigint, seconds float8)"  # type: ignore[arg-type]
            f" returns float8 language sql immutable parallel safe as $$ select ({rule})::float8 $$",
        )

    return replace_it


def every_fall_is_a_reset(patch: pytest.MonkeyPatch, db: Database) -> None:
    people_since("case when value >= was then value - was else value end")(patch, db)
    execute(
        db,
        "create or replace function people_between(was float8, value float8, wraps bigint, earlier timestamptz,"
        " earlier_received timestamptz, later timestamptz, later_received timestamptz)"
        " returns float8 language sql immutable parallel safe as $$ select people_since(was, value, wraps, 0) $$",
    )


def no_clocks(patch: pytest.MonkeyPatch, db: Database) -> None:
    patch.setattr(write, "_note_devices", lambda conn, rows, heard: None)


def no_look_ahead(patch: pytest.MonkeyPatch, db: Database) -> None:
    patch.setattr(pipeline, "AHEAD", timedelta(days=1))


def no_totals(patch: pytest.MonkeyPatch, db: Database) -> None:
    """Where a message holds a total and a delta, the delta counts."""
    read = native._item

    def deltas(device: str, kind: str, item: native.Item, *found: list[Any]) -> None:
        without = {name: one for name, one in item.items() if name[:-6] not in item or name[-6:] != "_total"}
        read(device, kind, without, *found)

    patch.setattr(native, "_item", deltas)


# What must be so.
def silence(found: Figures) -> None:
    found.all_counted()
    found.nothing_seen(30)


def slow(found: Figures) -> None:
    assert found.offset_s == -900
    found.all_at_another_time(-QUARTER)


def fast(found: Figures) -> None:
    assert found.offset_s == 900
    assert found.flags & Flag.CLOCK_AHEAD
    found.all_at_another_time(QUARTER)


def a_step_back(found: Figures) -> None:
    """The old and the new time overlap: who passed in them counts more than once, and not all who ever passed."""
    for n in (0, 1):
        real = sum(t[n] for t in found.truth.values())
        assert sum(b[n] for b in found.buckets.values()) == pytest.approx(real, abs=60)


def drifting(found: Figures) -> None:
    assert found.offset_s == pytest.approx(-187, abs=25)  # 3600 s a day, 75 minutes long


def after_the_last_of_a_busy_tick(name: str) -> float:
    """Minutes from the start to a second after a message that tells of people, about noon."""
    busy = [m.received for m in _messages(name, under(PERFECT)) if b'"in":0' not in m.payload]
    return next((t - START).total_seconds() / 60 + 1 / 60 for t in busy if t > START + timedelta(minutes=20))


def clockless(*faults: Fault) -> Scenario:
    return under(PERFECT, *faults, make="clockless")


def lorawan(*faults: Fault) -> Scenario:
    return under(replace(PERFECT, interval_s=300), *faults, make="vs133")


IN_TIME, COUNTED = Figures.all_in_their_quarter, Figures.all_counted
LATER = START + timedelta(minutes=20)
CASES: dict[str, tuple[Callable[[str], Scenario], Callable[[Figures], None], Patch]] = {
    "silence": (lambda _: under(TOTALS, fault("silence", LATER, 35)), silence, no_gaps),
    "reboot": (lambda _: under(TOTALS, fault("reboot", LATER)), IN_TIME, people_since("value - was")),
    "wrap": (
        lambda _: under(replace(TOTALS, wraps=64)),
        IN_TIME,
        people_since("case when value >= was then value - was else value end"),
    ),
    "clock_skew": (lambda _: under(PERFECT, fault("clock_skew", seconds=-900)), slow, no_clocks),
    "clock_skew, ahead": (lambda _: under(PERFECT, fault("clock_skew", seconds=900)), fast, no_look_ahead),
    "clock_skew, with totals": (
        lambda _: under(TOTALS, fault("clock_skew", LATER, 30, seconds=-75)),
        a_step_back,
        every_fall_is_a_reset,
    ),
    "clock_drift": (lambda _: under(PERFECT, fault("clock_drift", seconds=-3600)), drifting, no_clocks),
    "late": (lambda _: under(PERFECT, fault("late", LATER, 40, seconds=1200)), IN_TIME, no_event_time),
    "disorder": (lambda _: under(TOTALS, fault("disorder", seconds=120)), IN_TIME, no_event_time),
    "outage": (lambda _: under(PERFECT, fault("outage", LATER, 35)), IN_TIME, no_event_time),
    "outage, without a clock": (lambda _: lorawan(fault("outage", LATER, 35)), silence, no_gaps),
    "duplicate": (lambda _: clockless(fault("duplicate", share=0.5)), COUNTED, no_ledger),
    "retained": (
        lambda name: clockless(fault("retained", START, after_the_last_of_a_busy_tick(name))),
        COUNTED,
        no_ledger_and_no_care_for_retained,
    ),
    "lossy": (lambda _: under(TOTALS, fault("lossy", LATER, 40, share=0.5)), COUNTED, no_totals),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_fault_costs_no_figure_unless_its_handling_is_switched_off(
    case: str, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, must_be, switch_off = CASES[case]
    must_be(figures(db, "careful", scenario("careful")))
    switch_off(monkeypatch, db)
    with pytest.raises(AssertionError):
        must_be(figures(db, "careless", scenario("careless")))


def test_a_clock_that_is_set_back_counts_nobody_again(db: Database) -> None:
    found = figures(db, "back", under(TOTALS, fault("clock_skew", LATER, 30, seconds=-420)))
    found.all_counted()
