"""The counting rules: what running totals, deltas and passages come to, in any order and by any number of writers."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count, permutations

import pytest
from counted import NOON, after, buckets, build, days, people, put, reading, totals
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from besok.model.readings import Reading
from besok.store import occupancy
from besok.store.database import Database
from besok.store.write import Batch, Incoming, write
from tests.databases import execute


def test_a_counter_that_wraps_at_its_width_goes_on(db: Database) -> None:
    for bits in (16, 24, 32):
        put(db, *totals(2**bits - 5, 2**bits - 2, 3, 7, wraps=2**bits, device=f"{bits}"))
        assert people(buckets(db, f"{bits}")) == (3 + 5 + 4, 0)
    assert execute(db, "select array_agg(wraps) from channel")[0] == ([2**16, 2**24, 2**32],)


FALLS = (
    ((50_000, 3), 65_536, 3, "nobody lets 15,539 through in a minute"),
    ((65_534, 3), 0, 3, "the width is not known"),
    ((40_000, 3), 65_536, 3, "not from the last quarter"),
    ((4_090, 1_100), 4_096, 1_100, "not into the first quarter"),
    ((65_500, 64), 65_536, 100, "a hundred may always pass"),
    ((65_400, 44), 65_536, 180, "three a second"),
    ((65_400, 45), 65_536, 45, "more than three a second"),
    ((70_000, 3), 65_536, 3, "the width is not what was said"),
    ((100, 3), 65_536, 3, "a reset soon after the last one"),
    (
        (20_000, 19_990),
        0,
        0,
        "no restart goes back by ten: a clock was set back, or an older state came back",
    ),
    ((2_000, 990, 995), 0, 995, "a restart falls by more than half"),
    ((300, 170), 0, 170, "or to no more than can have passed in a minute"),
)


def test_a_total_that_falls_is_a_wrap_only_if_it_can_be_one(db: Database) -> None:
    for values, wraps, expected, why in FALLS:
        put(db, *totals(*values, wraps=wraps, device=why))
        assert people(buckets(db, why)) == (expected, 0), why


def test_more_may_pass_in_a_longer_time_and_are_spread_over_it(db: Database) -> None:
    put(db, reading(0, 65_000, wraps=65_536), reading(60, 464, wraps=65_536))
    assert people(buckets(db)) == (1000, 0)
    assert {b[0] for b in buckets(db).values()} == {250}
    assert sum(b[3] for b in buckets(db).values()) == 1000  # all of it imputed


def test_in_and_out_wrap_each_for_itself(db: Database) -> None:
    put(
        db,
        *totals(65_530, 2, wraps=65_536),
        *[reading(n, 10 + n, "out_total", wraps=65_536) for n in range(2)],
    )
    assert people(buckets(db)) == (8, 1)


def test_the_estimate_by_the_minute_wraps_and_halves_too(db: Database) -> None:
    build(db)
    put(db, *totals(65_530, 2, wraps=65_536), *[reading(n, 3 * n, "passages", device="back") for n in (1, 2)])
    with db.transaction() as conn:
        plan = occupancy.layout(conn, occupancy.site_ids(conn)["lib"])
        flows = occupancy.minute_flows(conn, plan, NOON, NOON, after(5))
    front, back = map(plan.portals.index, sorted(plan.portals))
    assert flows.people_in[0, front] == 8
    assert flows.people_in[1:3, back].tolist() == flows.people_out[1:3, back].tolist() == [1.5, 3]


def test_a_total_that_comes_late_between_two_others_moves_the_people_and_adds_none(db: Database) -> None:
    put(db, reading(0, 100), reading(50, 150))
    spread = buckets(db)
    assert people(spread) == (50, 0)
    assert sum(b[3] for b in spread.values()) == 50
    put(db, reading(40, 150))
    late = buckets(db)
    assert people(late) == (50, 0)
    assert late[45] == (0, 0, 300, 0)
    put(db, reading(20, 700))  # nonsense: 600 in, then a reset, as it looks
    put(db, reading(20, 140))  # corrected
    assert people(buckets(db)) == (50, 0)


def test_totals_go_before_deltas_and_directions_before_passages(db: Database) -> None:
    put(db, reading(1, 5, "in", period_s=60), reading(1, 7, "passages", period_s=60))
    assert people(buckets(db)) == (5, 0)
    put(db, reading(0, 10, "passages_total"), reading(2, 20, "passages_total"))
    assert people(buckets(db)) == (5, 5)
    put(db, *totals(0, 1, 3))
    assert people(buckets(db)) == (3, 0)


@pytest.mark.parametrize("metric", ["passages", "passages_total"])
def test_of_people_without_a_direction_half_went_in_and_half_out(db: Database, metric: str) -> None:
    build(db)
    for device in ("front", "back"):
        put(db, *[reading(n, 3 if metric == "passages" else 3 * n, metric, device=device) for n in range(3)])
    halves = 4.5 if metric == "passages" else 3
    assert people(buckets(db)) == (halves, halves)
    assert set(days(db).values()) == {(halves, halves)}  # turned or not


def test_a_long_period_of_passages_is_shared_out_without_loss(db: Database) -> None:
    put(db, reading(60, 11, "passages", period_s=3600))
    assert people(buckets(db)) == (5.5, 5.5)
    assert all(b[2] == 900 and not b[0] * 2 % 1 for b in buckets(db).values())


def test_a_sensor_hung_the_wrong_way_round_is_turned_in_the_portal_and_not_in_its_readings(
    db: Database,
) -> None:
    build(db)
    put(db, *(reading(1, v, m, device=d) for d in ("front", "back") for m, v in (("in", 5), ("out", 2))))
    assert buckets(db, "back")[0][:2] == (5, 2)
    assert days(db) == {("back", "2026-03-02"): (2, 5), ("front", "2026-03-02"): (5, 2)}


def test_late_readings_reach_their_old_bucket_and_day(db: Database) -> None:
    build(db)
    put(db, reading(0, 1, "in"))
    put(db, reading(-3 * 1440, 4, "in"), reading(-400 * 1440, 2, "in"))
    assert days(db) == {
        ("front", "2025-01-26"): (2, 0), ("front", "2026-02-27"): (4, 0), ("front", "2026-03-02"): (1, 0),
    }  # fmt: skip
    dirty = execute(db, "select day::text from dirty_day order by day")
    assert dirty[:2] == [("2025-01-26",), ("2026-02-27",)]


@pytest.mark.usefixtures("database_url")  # with a pool of connections
def test_two_writers_of_one_running_total(db: Database) -> None:
    """Each sees only its own readings, in an order of its own; every difference is between two of both."""
    build(db)
    values = list(totals(*(n * n for n in range(30))))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda r: put(db, r), values[::2] + values[1::2]))
    assert people(buckets(db)) == (29 * 29, 0)
    assert days(db) == {("front", "2026-03-02"): (29 * 29, 0)}
    assert all(b[3] == 0 for b in buckets(db).values())


def test_a_few_totals_in_every_order(db: Database) -> None:
    found = []
    for n, order in enumerate(permutations([(0, 65_530), (7, 4), (31, 60), (33, 2)])):
        for minute, value in order:
            put(db, reading(minute, value, wraps=65_536, device=f"door-{n}"))
        found.append(buckets(db, f"door-{n}"))
    assert all(f == found[0] for f in found)
    assert people(found[0]) == (10 + 56 + 2, 0)


said = st.tuples(
    st.integers(0, 90),  # minute
    st.sampled_from(["in", "out", "in_total", "out_total", "passages"]),
    st.integers(0, 40),
    st.sampled_from([0, 60, 1800]),  # seconds
)
example = count()


PLACED = """
with d as (insert into device (source, external_id) values ('native', %(device)s) returning device_id),
    c as (insert into channel (device_id, key) select device_id, 'flow:1' from d returning channel_id)
insert into placement (channel_id, portal_id) select channel_id, portal_id from c, portal where slug = %(portal)s
"""


def once(one: tuple[int, str, int, int]) -> object:
    """A minute of a metric is said once, and half an hour of it too: who tells of the same time again and again is
    withheld from then on, and what came before counts.
    """
    minute, metric, _, period_s = one
    return (metric, period_s) if period_s == 1800 else (minute, metric)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(said, min_size=2, max_size=12, unique_by=(once, lambda s: s[:2])), data=st.data())
def test_any_order_with_any_repeats_counts_the_same(
    db: Database, said: list[tuple[int, str, int, int]], data: st.DataObject
) -> None:
    number = next(example)
    if not number:
        build(db)

    def door(name: str) -> list[Reading]:
        """Totals near a width of 256, deltas of several lengths."""
        return [
            reading(minute, 216 + value if "total" in metric and value > 20 else value, metric, wraps=256, device=name,
                    period_s=0 if "total" in metric else period_s)
            for minute, metric, value, period_s in sorted(said)
        ]  # fmt: skip

    straight, mixed = f"straight-{number}", f"mixed-{number}"
    again = data.draw(st.lists(st.sampled_from(door(mixed)), max_size=8))
    order = data.draw(st.permutations([*door(mixed), *again]))  # all is drawn before anything is written
    with db.transaction() as conn:
        for name, portal in ((straight, "front"), (mixed, "back")):
            conn.execute(PLACED, {"device": f"lib/{name}", "portal": portal})
    put(db, *door(straight))
    for r in order:
        put(db, r)
    assert buckets(db, mixed) == buckets(db, straight)
    by_day = days(db)
    assert by_day["back", "2026-03-02"] == by_day["front", "2026-03-02"]


YEAR = 60 * 24 * 365
CLOCKS = (  # totals, each with the minute that it tells and the minute it comes; who passed, and in how many buckets
    (
        "set back by ten minutes",
        ((1, 100, 1), (2, 102, 2), (12, 103, 3), (4, 104, 4), (5, 106, 5), (13, 109, 9)),
        9,
        1,
    ),
    (
        "an hour that comes twice",
        [(n % 60 + n // 60 / 2, 48_000 + 3 * n, n) for n in range(0, 120, 4)],
        348,
        4,
    ),
    (
        "a reset in order is a reset",
        ((1, 100, 1), (2, 90, 2), (3, 95, 3), (4, 5, 4), (3.5, 96, 5)),
        95 + 1 + 5,
        1,
    ),
    ("never set", ((-26 * YEAR, 48_000, 0), (1, 48_001, 1), (2, 48_003, 2)), 2, 1),
    ("a year ahead for once", ((1, 100, 1), (YEAR, 110, 2), (3, 112, 3), (4, 300, 4)), 200, 1),
    ("always a year ahead", ((YEAR, 100, 0), (YEAR + 1, 102, 1), (YEAR + 3_000, 120, 3_000)), 0, 0),
    ("an outage of a winter", ((0, 100, 0), (0.4 * YEAR, 90_000, 0.4 * YEAR)), 89_900, 14_016),
)


def test_clocks_that_jump_make_no_people(db: Database) -> None:
    for why, said, expected, extent in CLOCKS:
        for minute, value, came in said:
            told = Incoming(reading=reading(minute, value, device=why), received=after(came))
            write(db, Batch(readings=[told]))
        found = buckets(db, why)
        assert (people(found), len(found)) == ((expected, 0), extent), why
