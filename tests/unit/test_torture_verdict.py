"""The judge of the torture run must be able to say no: each way in which a database can be wrong is seen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from tests.torture import report, verdict, world
from tests.torture.run import Course, Struck
from tests.torture.schedule import Blow
from tests.torture.verdict import Row, Stored
from tests.torture.world import REJECTED, Kind, Letter

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def heard() -> list[Letter]:
    """Letters of all kinds, each acknowledged a second after the one before it."""
    devices = world.devices(world.beginning(NOW, 400), per_kind=1)
    letters = list(world.letters(Random(1), devices, 400))
    for letter in letters:
        letter.sent, letter.acked = [float(letter.number)], float(letter.number)
    return letters


def perfect(letters: list[Letter]) -> Stored:
    """The database as it must be."""
    rows: list[Row] = []
    for letter in letters:
        received = NOW + timedelta(seconds=letter.number)
        rows += [
            (f.source, f.device, f.channel, f.metric, f.value, f.time or received, received)
            for f in letter.facts
        ]
    return with_sums(rows)


def with_sums(rows: list[Row]) -> Stored:
    buckets = verdict.flows({(row[1], row[3], row[5]): row[4] for row in rows if row[0] != REJECTED})
    return Stored(rows=rows, buckets=buckets, days=verdict.days(buckets))


def test_a_perfect_database_has_no_faults() -> None:
    letters = heard()
    assert {letter.kind for letter in letters} == set(Kind)
    assert verdict.compare(letters, perfect(letters)) == []


def index(stored: Stored, device: str) -> int:
    return next(i for i, row in enumerate(stored.rows) if device in row[1])


def lost(stored: Stored, device: str) -> list[Row]:
    i = index(stored, device)
    return [*stored.rows[:i], *stored.rows[i + 1 :]]


def doubled(stored: Stored, device: str) -> list[Row]:
    row = stored.rows[index(stored, device)]
    return [*stored.rows, (*row[:5], row[5] + timedelta(seconds=1), row[6])]


def wrong(stored: Stored, device: str) -> list[Row]:
    i = index(stored, device)
    row = stored.rows[i]
    return [*stored.rows[:i], (*row[:4], row[4] + 1, *row[5:]), *stored.rows[i + 1 :]]


@pytest.mark.parametrize(
    ("spoil", "device", "what"),
    [
        *(
            (lost, device, "lost")
            for device in ("delta", "total", "batch", "numbered", "bare", "alike", "garbled")
        ),
        *((doubled, device, "invented") for device in ("delta", "total", "batch")),
        *((doubled, device, "doubled") for device in ("numbered", "bare", "alike", "garbled")),
        *((wrong, device, "wrong") for device in ("delta", "total", "batch")),
    ],
)
def test_a_reading_that_is_lost_doubled_or_wrong_is_seen(
    spoil: Callable[[Stored, str], list[Row]], device: str, what: str
) -> None:
    letters = heard()
    faults = verdict.compare(letters, with_sums(spoil(perfect(letters), device)))
    assert what in {f.what for f in faults}
    assert all(device in f.device for f in faults)


@pytest.mark.parametrize("part", ["buckets", "days"])
def test_a_sum_that_is_wrong_is_seen(part: str) -> None:
    letters = heard()
    stored = perfect(letters)
    sums = {key: list(people) for key, people in getattr(stored, part).items()}
    first = next(iter(sums))
    sums[first][0] += 1
    faults = verdict.compare(letters, replace(stored, **{part: sums}))
    assert {f.what for f in faults} <= {"bucket", "day"}
    assert any(f.what == part.removesuffix("s") and first[0] in f.said for f in faults)


def test_what_was_never_acknowledged_may_be_there_or_not() -> None:
    letters = heard()
    stored = perfect(letters)
    letter = next(letter for letter in letters if letter.kind is Kind.BARE)
    letter.acked, letter.given_up = None, True
    assert verdict.compare(letters, stored) == []
    assert verdict.compare(letters, with_sums(lost(stored, letter.facts[0].device))) == []


def killed(at: float) -> Course:
    """The broker was killed once."""
    when = NOW + timedelta(seconds=at)
    return Course(struck=[Struck(at=at, blow=Blow.BROKER_KILLED, what="the broker, killed", when=when)])


def test_an_acknowledgement_that_is_read_after_the_kill_came_before_it() -> None:
    letters = heard()
    letter = next(letter for letter in letters if letter.kind is Kind.TIMED)
    faults = verdict.compare(letters, with_sums(lost(perfect(letters), letter.facts[0].device)))
    kill = killed(letter.number - 0.001)
    assert not report.weigh(faults, letters, kill, "mosquitto").unexplained
    letter.opened = letter.number - 0.0005  # on a connection from after the kill
    assert report.weigh(faults, letters, kill, "mosquitto").unexplained


def test_only_a_loss_shortly_before_a_kill_is_explained_and_only_on_a_broker_that_keeps_seconds_in_memory() -> (
    None
):
    letters = heard()
    letter = next(letter for letter in letters if letter.kind is Kind.TIMED)
    faults = verdict.compare(letters, with_sums(lost(perfect(letters), letter.facts[0].device)))
    for age_s, broker, explained in ((1, "mosquitto", True), (9, "mosquitto", False), (1, "rabbitmq", False)):
        kill = killed(letter.number + age_s)
        findings = report.weigh(faults, letters, kill, broker)
        assert bool(findings.explained) is explained
        text = "\n".join(report.told(findings, letters, kill, 0))
        assert f"letter {letter.number} sent at" in text
        assert "the broker, killed" in text


@pytest.mark.parametrize(
    ("device", "broker", "age_s", "explained"),
    [
        ("bare", "mosquitto", 1, True),
        ("bare", "mosquitto", 9, False),  # the broker was killed after both had come
        ("bare", "rabbitmq", 1, True),
        ("alike", "mosquitto", 1, True),
        ("numbered", "rabbitmq", 1, False),
        ("numbered", "mosquitto", 1, False),
    ],
)
def test_only_what_has_neither_time_nor_number_may_count_twice_and_only_around_a_kill(
    device: str, broker: str, age_s: int, explained: bool
) -> None:
    letters = heard()
    stored = perfect(letters)
    row = stored.rows[index(stored, device)]
    again = row[6] + timedelta(seconds=3)
    faults = verdict.compare(letters, with_sums([*stored.rows, (*row[:5], again, again)]))
    course = killed((row[6] - NOW).total_seconds() + age_s)
    findings = report.weigh(faults, letters, course, broker)
    assert {f.what for f in faults} == {"doubled"}
    assert bool(findings.explained) is explained
    assert f"1 {device}" in report.summary(letters, findings, course, broker, 1)
