"""Quarantine: false readings change no day's figure, and what a person releases counts."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from besok.model import sitefile
from besok.model.errors import NotFound, StoreRefused
from besok.model.personal import ERASED
from besok.model.readings import Flag, Message, Reading, Withheld
from besok.store import quarantine, sandbox, sites
from besok.store.database import Database
from besok.store.quarantine_decisions import Chosen, decide, decisions, groups, undo
from besok.store.write import Batch, Incoming, Written, write
from besok.text.languages import speaking, translated
from collectors.pipeline import decode
from tests.databases import execute, undone
from tests.sitetext import site, space
from tests.store.counted import HOUSE, build, days
from tests.store.counted import reading as total_reading

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
FIRST = NOW - timedelta(days=16)
FRONT = "lib/front"
Said = Sequence[tuple[Reading, datetime]]


def delta(
    time: datetime, value: float, *, period_s: float = 60, metric: str = "in", flags: Flag = Flag.NONE
) -> Reading:
    return Reading(
        source="native", device=FRONT, channel="flow:1", metric=metric, value=value, time=time, period_s=period_s,
        flags=flags,
    )  # fmt: skip


def send(db: Database, said: Said) -> Written:
    return write(db, Batch(readings=[Incoming(reading=r, received=at) for r, at in said]))


def attack(db: Database, readings: Sequence[Reading], received: datetime = NOW) -> None:
    """Send readings as they would come, some hundred in a batch."""
    for n in range(0, len(readings), 400):
        send(db, [(r, received) for r in readings[n : n + 400]])


@pytest.fixture(scope="module")
def two_weeks(prepared: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """Two weeks of a door: 12 people an hour from 8 to 18, in minutes."""
    said = [
        (delta(at, 1), at)
        for day in range(17)
        for n in range(120)
        if (at := FIRST.replace(hour=8) + timedelta(days=day, minutes=5 * n)) < NOW
    ]
    with undone(prepared) as db:
        build(db)
        send(db, said)
        quarantine.learn(db, NOW)
        yield prepared


@pytest.fixture
def house(two_weeks: psycopg.Connection[Any]) -> Iterator[Database]:
    with undone(two_weeks) as db:
        yield db


def causes(db: Database) -> dict[Withheld, int]:
    return {group.cause: group.readings for group in groups(db, "lib")}


def false_past() -> list[Reading]:
    return [delta(NOW - timedelta(days=18), 49_958)]


def false_weeks() -> list[Reading]:
    return [delta(NOW - timedelta(days=8, minutes=n), 9) for n in range(5_000)]


def false_present() -> list[Reading]:
    return [delta(NOW - timedelta(minutes=2, seconds=30), 99_999)]


def false_future() -> list[Reading]:
    return [delta(NOW + timedelta(days=2 + n), 40) for n in range(300)]


def false_minutes() -> list[Reading]:
    """Each is what a door may well say, at times at which it says nothing: they tell of the same seconds again."""
    return [delta(NOW - timedelta(hours=20) + timedelta(seconds=7 * n + 1), 3) for n in range(5_000)]


def false_events() -> list[Reading]:
    return [delta(NOW - timedelta(hours=5) + timedelta(seconds=n), 1, period_s=0) for n in range(9_000)]


def repeated_shares() -> list[Reading]:
    """A day's worth, told again and again."""
    return [delta(NOW - timedelta(days=1) + timedelta(seconds=n), 900, period_s=86_400) for n in range(40)]


APART = (false_past, false_weeks, false_present, false_future)  # from true readings, of which they cost none
AMONG = (false_minutes, false_events, repeated_shares)


@pytest.mark.parametrize("made", [*APART, *AMONG], ids=lambda made: made.__name__)
def test_false_readings_add_nobody_to_any_day(made: Callable[[], list[Reading]], house: Database) -> None:
    before, said = days(house), made()
    attack(house, said)
    after = days(house)
    assert after.keys() == before.keys()
    assert all(after[key] <= before[key] for key in before)
    assert after == before or made in AMONG
    assert sum(causes(house).values()) >= len(said)


def test_later_readings_of_a_withheld_quarter_wait_too(house: Database) -> None:
    attack(house, false_events()[2_700:3_600])
    kept, held = days(house), sum(causes(house).values())
    written = send(house, [(delta(NOW - timedelta(hours=4, minutes=1), 2), NOW)])
    assert written == Written(withheld=1)
    assert days(house) == kept
    assert sum(causes(house).values()) == held + 1


TOTALS = (
    ("one that is far too high", (99_999,), (40_010,), 10),
    ("one that is far too high, and another", (99_999, 99_999), (40_010,), 10),
    ("one of zero", (0,), (40_010,), 10),
    ("a wrap that is none", (65_535, 0, 65_535, 0), (40_010,), 10),
    ("a width that was passed twenty times", (65_535, 3) * 20, (40_010,), 10),
)


@pytest.mark.parametrize(("false", "true", "passed"), [t[1:] for t in TOTALS], ids=[t[0] for t in TOTALS])
def test_false_totals_come_to_nobody(
    false: tuple[float, ...], true: tuple[float, ...], passed: float, db: Database
) -> None:
    build(db)
    told = [*range(40_000, 40_005), *false, *true]
    for minute, value in enumerate(told):
        said = total_reading(minute, value, wraps=65_536)
        assert said.time
        send(db, [(said, said.time)])
    # False ones between true ones are known by these; the people of those that are not known for sure are not counted.
    assert days(db)["front", "2026-03-02"][0] == passed


def test_a_clock_less_than_a_day_ahead_counts_at_receipt(house: Database) -> None:
    before = days(house)["front", "2026-03-20"][0]
    ahead = delta(NOW + timedelta(hours=20), 4, flags=Flag.CLOCK_AHEAD)
    assert send(house, [(ahead, NOW)]) == Written(readings=1)
    assert days(house)["front", "2026-03-20"][0] == before + 4
    row = execute(house, "select clock_offset_s, clock_flags from device where external_id = %s", (FRONT,))[0]
    assert row == (20 * 3600, int(Flag.CLOCK_AHEAD))


def test_a_message_of_a_clock_ahead_that_comes_again_counts_once(house: Database) -> None:
    before = days(house)["front", "2026-03-20"][0]
    later, earlier = (f"{NOW + timedelta(hours=hours):%FT%TZ}" for hours in (3, 2))
    text = f'[{{"time": "{later}", "in": 2}}, {{"time": "{earlier}", "in": 3}}]'
    for second in (1, 5):
        message = Message(
            topic=f"besok/v1/{FRONT}/flow", payload=text.encode(), received=NOW + timedelta(seconds=second)
        )
        write(house, decode([message]))
    assert days(house)["front", "2026-03-20"][0] == before + 5


def test_the_limit_is_the_sites(db: Database) -> None:
    sites.apply(db, sitefile.parse(HOUSE.replace('id = "lib"', 'id = "lib"\nlate_days = 30', 1)))
    old = delta(NOW - timedelta(days=29), 2)
    assert send(db, [(old, NOW)]) == Written(readings=1)
    assert send(db, [(delta(NOW - timedelta(days=31), 2), NOW)]) == Written(withheld=1)


def test_a_wide_gate_may_carry_more(db: Database) -> None:
    crowd = delta(NOW, 4_000, period_s=900)
    build(db)
    assert send(db, [(crowd, NOW)]) == Written(withheld=1)
    sites.apply(db, sitefile.parse(HOUSE.replace('id = "front"', 'id = "front"\nwidth_m = 6.0', 1)))
    assert send(db, [(delta(NOW + timedelta(hours=1), 4_000, period_s=900), NOW)]) == Written(readings=1)


def test_what_is_simulated_is_let_through(house: Database) -> None:
    past = delta(NOW - timedelta(days=300), 20_000, flags=Flag.SIMULATED)
    assert send(house, [(past, NOW)]) == Written(readings=1)


def test_a_replay_is_judged_by_when_the_message_first_came(house: Database) -> None:
    first = datetime(2026, 3, 12, 10, 2, tzinfo=UTC)
    payload = b'{"time": "2026-03-12T10:01:00Z", "period_s": 60, "in": 3}'
    message = Message(topic=f"besok/v1/{FRONT}/flow", payload=payload, received=first)
    assert write(house, decode([message])) == Written(readings=1)  # a week and a day later, as replay does


def test_a_gateway_that_was_offline_for_three_weeks_is_released_in_bulk(db: Database) -> None:
    build(db)
    backlog = [delta(NOW - timedelta(days=21) + timedelta(hours=n), 6, period_s=3600) for n in range(21 * 24)]
    attack(db, backlog)
    assert causes(db) == {Withheld.LATE: 14 * 24}
    number, readings = decide(db, "released", Chosen(device=FRONT), author="Kim", now=NOW, reason="offline")
    assert (readings, groups(db)) == (14 * 24, [])
    assert sum(into for into, _ in days(db).values()) == 6 * 21 * 24
    assert decisions(db, "lib")[0].readings == 14 * 24
    undo(db, number, author="Lo", now=NOW)
    assert sum(into for into, _ in days(db).values()) == 6 * 7 * 24
    assert causes(db) == {Withheld.LATE: 14 * 24}
    assert (decisions(db)[0].undone_by, decisions(db)[0].author) == ("Lo", "Kim")
    with pytest.raises(StoreRefused, match="undone before"):
        undo(db, number, author="Lo", now=NOW)


def test_a_part_is_released_and_the_rest_dropped(house: Database) -> None:
    attack(house, [*false_past(), *false_future()])
    day = NOW - timedelta(days=18)
    decide(house, "released", Chosen(device=FRONT, last=day + timedelta(days=1)), author="Kim", now=NOW)
    assert days(house)["front", "2026-03-02"][0] == 49_958
    number, readings = decide(
        house, "dropped", Chosen(device=FRONT, cause=Withheld.AHEAD), author="Kim", now=NOW
    )
    assert (readings, causes(house)) == (300, {})
    attack(house, false_future())
    assert causes(house) == {}  # the same again is dropped
    with pytest.raises(StoreRefused, match=r"dropped on 2026-03-20 \(Kim, 300 in all\)"):
        decide(house, "released", Chosen(device=FRONT, cause=Withheld.AHEAD), author="Robin", now=NOW)
    undo(house, number, author="Kim", now=NOW)
    assert causes(house) == {Withheld.AHEAD: 300}
    with pytest.raises(NotFound, match="nothing of it waits"):
        decide(house, "dropped", Chosen(device="lib/back"), author="Kim", now=NOW)


def test_who_decided_is_named_in_the_readers_language_and_to_the_site_alone(house: Database) -> None:
    sites.apply(house, sitefile.parse(HOUSE + site("other") + space("room", ("Rum", "Room"))))
    attack(house, false_future())
    decide(house, "released", Chosen(device=FRONT), author=ERASED, now=NOW)
    with pytest.raises(StoreRefused) as refused:
        decide(house, "released", Chosen(device=FRONT, site="lib"), author="Kim", now=NOW)
    assert refused.value.message
    with speaking("sv"):
        assert "(raderad, " in translated(refused.value.message)
    with pytest.raises(NotFound):
        decide(house, "released", Chosen(device=FRONT, site="other"), author="Kim", now=NOW)


def test_a_released_quarter_counts_and_stays_released(house: Database) -> None:
    """A festival: true readings that nobody would have expected."""
    start = NOW - timedelta(hours=1)
    crowd = [delta(start + timedelta(minutes=n, seconds=-1), 30) for n in range(1, 15)]
    before = days(house)["front", "2026-03-20"][0]
    attack(house, crowd)
    assert causes(house)[Withheld.FLOOD] >= 14
    decide(house, "released", Chosen(device=FRONT), author="Kim", now=NOW)
    assert days(house)["front", "2026-03-20"][0] == before + 14 * 30
    send(house, [(delta(start + timedelta(minutes=14, seconds=40), 9, period_s=20), NOW)])
    assert causes(house) == {}
    assert days(house)["front", "2026-03-20"][0] == before + 14 * 30 + 9


def test_undo_gives_back_what_a_release_replaced(house: Database) -> None:
    at = FIRST.replace(hour=8)
    wrong = delta(at, 50)
    late = at + timedelta(days=10)
    send(house, [(wrong, late)])
    before = days(house)
    number, _ = decide(house, "released", Chosen(device=FRONT), author="Kim", now=NOW)
    assert days(house)["front", "2026-03-04"][0] == before["front", "2026-03-04"][0] + 49
    undo(house, number, author="Kim", now=NOW)
    assert days(house) == before


def test_released_totals_are_differenced_and_taken_back(db: Database) -> None:
    build(db)

    def said() -> Iterator[tuple[Reading, datetime]]:
        for hour in range(20 * 24):
            r = total_reading(60 * hour, 10 * hour)
            assert r.time
            yield r, NOW if 24 <= hour < 48 else r.time

    send(db, list(said()))
    whole = {key: value for key, value in days(db).items() if key[0] == "front"}
    assert causes(db) == {Withheld.LATE: 24}
    number, _ = decide(db, "released", Chosen(device=FRONT), author="Kim", now=NOW)
    assert sum(into for into, _ in days(db).values()) == 10 * (20 * 24 - 1)
    assert groups(db) == []
    undo(db, number, author="Kim", now=NOW)
    assert {key: value for key, value in days(db).items() if key[0] == "front"} == whole


def test_written_twice_it_waits_once(house: Database) -> None:
    for _ in range(2):
        attack(house, false_past())
    assert causes(house) == {Withheld.LATE: 1}


def test_an_emptied_sandbox_has_nothing_in_quarantine(house: Database) -> None:
    attack(house, false_past())
    sites.apply(house, sitefile.parse(HOUSE.replace('id = "lib"', 'id = "lib"\nsandbox = true', 1)))
    sandbox.empty(house, "lib", NOW)
    assert causes(house) == {}
