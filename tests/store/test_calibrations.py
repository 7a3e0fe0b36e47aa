"""Counts beside a sensor from the phone to the corrected figure and back: stored once, compared, accepted, undone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import numpy as np
import pytest
from counted import HOUSE, NOON, after, put, reading
from psycopg import sql

from besok.analytics.visits import counting_error
from besok.model import calendar, sitefile
from besok.model.errors import NotFound, StoreRefused
from besok.model.validation import Tap
from besok.model.views.calibration import Calibration, ManualCount
from besok.services.calibration import (
    CorrectionEffects,
    get_calibration,
    get_effects,
    propose_corrections,
    receive_count,
)
from besok.services.series import get_flows
from besok.services.visits import get_visits
from besok.store import calibrations, occupancy, sandbox, sites
from besok.store.database import Database
from besok.store.occupancy import PeopleCounts
from besok.store.rollup import rebuild_days
from cli.terminal import calibration
from tests.databases import execute

LATER = NOON + timedelta(days=1)
DAY = NOON.date()


def counted(
    minute: float, people_in: int, people_out: int = 0, door: str = "front", **more: object
) -> ManualCount:
    """A quarter of an hour at a door, with its people spread over it."""
    taps = [
        Tap(time=after(minute) + timedelta(seconds=(n + 0.5) * 900 / people), direction=way, people=1)  # type: ignore[arg-type]
        for way, people in (("in", people_in), ("out", people_out))
        for n in range(people)
    ]
    count = ManualCount(
        id=uuid4(), portal=door, counted_by="Kim", begins=after(minute), ends=after(minute + 15), sent=LATER,
        taps=tuple(sorted(taps, key=lambda t: t.time)),
    )  # fmt: skip
    return replace(count, **more)  # type: ignore[arg-type]


def quarter(db: Database, minute: float, people_in: int, people_out: int = 0, device: str = "front") -> None:
    """What a sensor that reports every minute tells of a quarter of an hour."""
    pairs = (("in", people_in), ("out", people_out))
    shares = [(m, w, (n + 1) * p // 15 - n * p // 15) for w, p in pairs for n, m in enumerate(range(1, 16))]
    put(db, *[reading(minute + m, share, way, period_s=60, device=device) for m, way, share in shares])


def biased(db: Database, sessions: int = 4) -> None:
    """A door that misses ten of a hundred on the way in, counted beside on several occasions."""
    for n in range(sessions):
        quarter(db, 60 * n, people_in=90, people_out=80)
        assert receive_count(db, "lib", counted(60 * n, 100, 80), LATER)


def corrected(db: Database, author: str = "Kim", reason: str = "so it is") -> Calibration:
    """Propose the one correction that the counts ask for, and accept it."""
    (proposal,) = propose_corrections(db, "lib", "Kim", LATER)
    calibrations.accept(db, proposal.id, author=author, reason=reason, now=LATER)
    return proposal


def test_a_count_is_stored_once_and_compared_with_the_sensor(house: Database) -> None:
    quarter(house, 0, people_in=19, people_out=7)
    count = counted(0, 20, 7)
    assert receive_count(house, "lib", count, LATER)
    assert not receive_count(house, "lib", replace(count, sent=LATER + timedelta(hours=1)), LATER)
    with pytest.raises(StoreRefused, match="another count"):
        receive_count(house, "lib", replace(count, counted_by="Robin"), LATER)
    (info,) = get_calibration(house, "lib", LATER).counts
    assert (info.id, info.counted_in, info.counted_out, info.used) == (count.id, 20, 7, True)
    seen = info.compared
    assert (seen.counted_in, seen.device_in, seen.counted_out, seen.device_out) == (20, 19, 7, 7)
    assert info.sensors == ("native lib/front flow:1",)
    assert len(info.taps) == 27


def test_a_swapped_placement_and_totals_are_read_in_the_doors_direction(house: Database) -> None:
    put(house, *[reading(m, 2 * m, "in_total", device="back") for m in range(-1, 17) if m >= 0])
    put(house, *[reading(m, m, "out_total", device="back") for m in range(17)])
    receive_count(house, "lib", counted(0, 15, 30, door="back"), LATER)
    (info,) = get_calibration(house, "lib", LATER).counts
    assert (info.compared.device_in, info.compared.device_out, info.compared.problem) == (15, 30, None)


def test_a_beam_and_single_events_are_compared_too(house: Database) -> None:
    put(house, *[reading(m, 2, "passages", period_s=60) for m in range(1, 16)])  # cannot tell in from out
    put(
        house, *[reading(m + 0.3, 1, "in", device="back") for m in range(-2, 18)]
    )  # an event each, hung the wrong way
    receive_count(house, "lib", counted(0, 16, 10), LATER)
    receive_count(house, "lib", counted(0, 0, 15, door="back"), LATER)
    by_door = {c.portal: c.compared for c in get_calibration(house, "lib", LATER).counts}
    beam, events = by_door["front"], by_door["back"]
    assert (beam.directed, beam.counted_in, beam.device_in) == (False, 13, 15)
    assert (events.problem, events.counted_out, events.device_out, events.device_in) == (None, 15, 15, 0)


def test_a_phone_whose_clock_is_off_is_set_right(house: Database) -> None:
    quarter(house, 0, people_in=20)
    off = timedelta(minutes=7)
    count = counted(0, 20)
    ahead = replace(
        count,
        begins=count.begins + off,
        ends=count.ends + off,
        sent=count.sent + off,
        taps=tuple(replace(t, time=t.time + off) for t in count.taps),
    )
    receive_count(house, "lib", ahead, LATER)
    (info,) = get_calibration(house, "lib", LATER).counts
    assert (info.begins, info.clock_ahead_s, info.compared.device_in) == (NOON, 420, 20)


def test_a_silent_sensor_and_a_discarded_count_say_nothing_of_the_door(house: Database) -> None:
    quarter(house, 0, people_in=20)
    good, lost = counted(0, 20), counted(300, 20)
    for count in (good, lost):
        receive_count(house, "lib", count, LATER)
    known = get_calibration(house, "lib", LATER)
    assert {c.id: c.compared.problem for c in known.counts} == {good.id: None, lost.id: "silent"}
    assert known.doors[0].counts == 1
    calibrations.discard(house, "lib", good.id, author="Kim", reason="counted the wrong door", now=LATER)
    known = get_calibration(house, "lib", LATER)
    assert known.doors[0].counts == 0 and known.doors[0].into.verdict == "none"
    (info,) = (c for c in known.counts if c.id == good.id)
    assert (info.discarded_by, info.discarded_why) == ("Kim", "counted the wrong door")
    with pytest.raises(NotFound):
        calibrations.discard(house, "lib", good.id, author="Kim", reason="again", now=LATER)


def effects(db: Database) -> CorrectionEffects:
    """What deciding would change, by the number of the proposal or correction."""
    return get_effects(db, "lib", calibrations.calibrations(db, "lib"), LATER)


def test_from_a_biased_door_to_corrected_visits_and_back(house: Database) -> None:
    biased(house)
    raw = get_visits(house, "lib", DAY, DAY)[0]
    (proposal,) = propose_corrections(house, "lib", "Kim", LATER)
    assert proposal.factor_in == pytest.approx(1.11, abs=0.01) and proposal.factor_out == 1
    assert len(proposal.evidence["counts"]) == 4 and proposal.evidence["in"]["lower"] < 0.98
    assert get_visits(house, "lib", DAY, DAY)[0] == raw  # nothing is corrected before somebody says so
    previewed = effects(house)[proposal.id]
    assert (previewed.in_now, previewed.out_now, previewed.out_then) == (360, 320, 320)

    calibrations.accept(house, proposal.id, author="Robin", reason="the lens is low", now=LATER)
    now = get_visits(house, "lib", DAY, DAY)[0]
    assert raw.gross is not None and now.gross == pytest.approx(raw.gross * proposal.factor_in)
    assert now.corrected == pytest.approx(now.gross - raw.gross)
    assert now.gross == pytest.approx(previewed.in_then)
    back = effects(house)[proposal.id]
    assert (back.in_now, back.in_then) == (pytest.approx(previewed.in_then), pytest.approx(360))
    told = proposal.evidence["in"]
    assert now.se == pytest.approx(  # the error of the counts is that of the door now
        counting_error(now.gross, 0, 0, checked=(now.gross * told["sd"] / told["accuracy"]) ** 2)
    )
    fine = [
        p for p in get_flows(house, "lib", NOON, NOON + timedelta(hours=1), "15min") if p.portal == "front"
    ]
    assert (fine[0].people_in, fine[0].people_out) == (pytest.approx(90 * proposal.factor_in), 80)
    assert fine[0].corrected == pytest.approx(90 * (proposal.factor_in - 1))
    start = NOON.replace(hour=3)
    (day,) = [
        p for p in get_flows(house, "lib", start, start + timedelta(days=1), "day") if p.portal == "front"
    ]
    assert day.people_in == now.gross and day.corrected == now.corrected

    (door, _) = get_calibration(house, "lib", LATER).doors
    assert door.correction and (door.correction.decided_by, door.correction.decided_why) == (
        "Robin",
        "the lens is low",
    )
    assert propose_corrections(house, "lib", "Kim", LATER) == []  # fixed already
    calibrations.undo(house, proposal.id, author="Kim", reason="the lens was raised", now=LATER)
    assert get_visits(house, "lib", DAY, DAY)[0] == raw and not effects(house)
    with pytest.raises(StoreRefused, match="not in force"):
        calibrations.undo(house, proposal.id, author="Kim", reason="again", now=LATER)
    (past,) = calibrations.calibrations(house, "lib")
    assert (past.undone_by, past.undone_why, past.decided_by) == ("Kim", "the lens was raised", "Robin")


def test_a_door_that_nobody_leaves_by_is_corrected_one_way(house: Database) -> None:
    for n in range(4):
        quarter(house, 60 * n, people_in=90)
        assert receive_count(house, "lib", counted(60 * n, 100), LATER)
    (proposal,) = propose_corrections(house, "lib", "Kim", LATER)
    assert proposal.factor_in == pytest.approx(1.11, abs=0.01)
    assert (proposal.factor_out, proposal.evidence["out"]["sd"]) == (1, None)
    raw = get_visits(house, "lib", DAY, DAY)[0]
    calibrations.accept(house, proposal.id, author="Robin", reason="the lens is low", now=LATER)
    assert raw.gross and get_visits(house, "lib", DAY, DAY)[0].gross == pytest.approx(
        raw.gross * proposal.factor_in
    )


def test_days_computed_again_and_new_readings_keep_the_correction(house: Database) -> None:
    biased(house)
    proposal = corrected(house)
    before = get_visits(house, "lib", DAY, DAY)
    with house.transaction() as conn:
        rebuild_days(conn, 1)
    assert get_visits(house, "lib", DAY, DAY) == before
    quarter(house, 300, people_in=90)
    assert get_visits(house, "lib", DAY, DAY)[0].gross == pytest.approx(5 * 90 * proposal.factor_in)


def test_a_later_correction_ends_the_earlier_one(house: Database) -> None:
    biased(house)
    (first,) = propose_corrections(house, "lib", "Kim", LATER)
    calibrations.accept(
        house, first.id, author="Kim", reason="so it is", now=LATER, first=DAY - timedelta(days=9)
    )
    evening = LATER + timedelta(hours=9)
    for n in range(4):  # it became worse
        quarter(house, 24 * 60 + 60 * n, people_in=60, people_out=80)
        receive_count(house, "lib", counted(24 * 60 + 60 * n, 100, 80, sent=evening), evening)
    (second,) = propose_corrections(house, "lib", "Kim", evening)
    with pytest.raises(StoreRefused, match="not in force"):
        calibrations.undo(house, second.id, author="Kim", reason="no", now=LATER)
    calibrations.accept(house, second.id, author="Kim", reason="worse", now=LATER, first=LATER.date())
    old = next(c for c in calibrations.calibrations(house) if c.id == first.id)
    assert old.in_force and old.valid_to == datetime(2026, 3, 3, 3, tzinfo=UTC)
    one, two = get_visits(house, "lib", DAY, LATER.date())
    assert one.corrected == pytest.approx(360 * (first.factor_in - 1))
    assert two.corrected == pytest.approx(240 * (second.factor_in - 1))


def test_the_terminal_tells_all_of_it(house: Database) -> None:
    biased(house)
    corrected(house, "Robin", "a low lens")
    receive_count(house, "lib", counted(600, 3), LATER)
    text = "\n".join(calibration.lines(get_calibration(house, "lib", LATER)))
    for words in (
        "counts wrong", "0.90 (0.8", "1.1", "accepted", "Robin", "a low lens", "the sensor was silent", "not counted",
    ):  # fmt: skip
        assert words in text


def test_a_decision_is_made_once(house: Database) -> None:
    biased(house)
    (proposal,) = propose_corrections(house, "lib", "Kim", LATER)
    (again,) = propose_corrections(house, "lib", "Robin", LATER)
    assert (again.id, again.proposed_by) == (proposal.id, "Robin")  # the open one is renewed
    calibrations.reject(house, proposal.id, author="Kim", reason="the counts were hasty", now=LATER)
    for act in (calibrations.accept, calibrations.reject):
        with pytest.raises(StoreRefused, match="was decided before"):
            act(house, proposal.id, author="Kim", reason="", now=LATER)
    with pytest.raises(NotFound):
        calibrations.accept(house, 4711, author="Kim", reason="", now=LATER)


def test_another_sensor_at_the_door_is_neither_judged_nor_corrected_by_old_counts(house: Database) -> None:
    biased(house)
    corrected(house)
    exchanged = HOUSE.replace('device = "front"', 'device = "new"')
    sites.apply(house, sitefile.parse(exchanged), now=after(10 * 60))
    put(house, reading(11 * 60, 50, "in", period_s=60, device="new"))
    known = get_calibration(house, "lib", LATER)
    front = next(d for d in known.doors if d.portal == "front")
    assert front.counts == 0 and front.correction is None
    (late,) = [
        p
        for p in get_flows(house, "lib", after(645), after(660), "15min")
        if p.portal == "front" and p.people_in is not None
    ]
    assert (late.people_in, late.corrected) == (50, 0)


def test_a_preview_ends_what_is_in_force_for_another_sensor_of_the_door(house: Database) -> None:
    biased(house)
    known = get_calibration(house, "lib", LATER)
    front = next(d for d in known.doors if d.portal == "front")
    used = [count for count in known.counts if count.used and count.portal == "front"]
    corrected(house)
    exchanged = HOUSE.replace('device = "front"', 'device = "new"')
    sites.apply(house, sitefile.parse(exchanged), now=after(10 * 60))
    put(house, reading(11 * 60, 50, "in", period_s=60, device="new"))
    calibrations.propose(house, "lib", front, used, "Kim", LATER)
    (open_one,) = (c for c in calibrations.calibrations(house, "lib") if c.decision == "open")
    shown = effects(house)[open_one.id]
    assert shown.in_now == pytest.approx(360 * front.into.factor + 50)
    assert shown.in_then == pytest.approx(360 + 50 * front.into.factor)
    calibrations.accept(house, open_one.id, author="Kim", reason="so it is", now=LATER)
    assert next(iter(effects(house).values())).in_now == pytest.approx(shown.in_then)


def test_the_next_count_is_where_most_people_enter(house: Database) -> None:
    quarter(house, 0, people_in=80)
    quarter(house, 0, people_in=2, people_out=20, device="back")  # hung the wrong way round: 20 enter
    first, *_ = get_calibration(house, "lib", LATER).advice
    assert (first.portal, first.weekday, first.hour) == ("front", 0, 13)  # noon UTC is 13 o'clock there
    assert first.expected == pytest.approx(20)


def test_two_corrections_cannot_hold_at_once(house: Database) -> None:
    biased(house)
    corrected(house)
    columns = "portal_id, channels, proposed, proposed_by, factor_in, factor_out, evidence, decision, decided, valid"
    copy = sql.SQL("insert into calibration ({0}) select {0} from calibration").format(sql.SQL(columns))
    with pytest.raises(StoreRefused, match="exclusion constraint"):
        execute(house, copy)


def test_an_emptied_sandbox_forgets_its_counts(db: Database) -> None:
    file = sitefile.parse(HOUSE)
    sites.apply(db, replace(file, sites=tuple(replace(s, sandbox=True) for s in file.sites)))
    biased(db)
    corrected(db)
    sandbox.empty(db, "lib", LATER)
    known = get_calibration(db, "lib", LATER)
    assert (known.counts, known.history) == ((), ())


def test_a_door_that_is_not_there(house: Database) -> None:
    with pytest.raises(NotFound):
        receive_count(house, "lib", counted(0, 1, door="attic"), LATER)
    with pytest.raises(NotFound):
        get_calibration(house, "nowhere", LATER)


def test_an_accepted_correction_enters_the_estimate_of_the_people_inside(house: Database) -> None:
    """Entries times the factor, by minute and by quarter; what it leaves open goes with them; undone, nothing."""

    def observed() -> tuple[float, float, PeopleCounts]:
        with house.transaction() as conn:
            plan = occupancy.layout(conn, occupancy.site_ids(conn)["lib"])
            begins, ends = calendar.day_bounds(DAY, sitefile.parse(HOUSE).sites[0])
            minutes = occupancy.minute_flows(conn, plan, begins, begins, ends)
            quarters = occupancy.quarter_flows(conn, plan, begins, ends)
            told = occupancy.people_counts(conn, plan, begins, ends)
        return float(np.nansum(minutes.people_in)), float(np.nansum(quarters.people_in)), told

    biased(house)
    raw = observed()
    assert raw[:2] == (360, 360) and raw[2].checked == ()
    (proposal,) = propose_corrections(house, "lib", "besok", LATER)
    execute(house, "delete from dirty_day")
    calibrations.accept(house, proposal.id, author="Robin", reason="the lens cannot be moved", now=LATER)
    minutes, quarters, told = observed()
    assert minutes == pytest.approx(360 * proposal.factor_in) == pytest.approx(quarters)
    (door,) = told.checked
    assert 0.005 < door.sd < 0.04
    assert execute(house, "select day from dirty_day") == [(DAY,)]
    calibrations.undo(house, proposal.id, author="Kim", reason="the lens was moved", now=LATER)
    assert observed() == raw
