"""Faulty sensors are found and named, sound ones are not; a small form of `python -m benchmarks.quality`."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from benchmarks.worlds.faulty_sensors import KINDS, Case, case, small
from besok.analytics.quality import balance, detect, directions, frozen, impossible, shares, signals, twins
from besok.model.findings import KINDS as FOUND
from besok.model.findings import Finding, Kind
from besok.model.site import Text
from besok.text.finding_text import advice, certainty, sentence
from cli.simulation.watched import cut

HOUSE, DOOR = small(2, 3), small(1, 1)
CALLED = {"half-blind": {"fading"}, "drifting": {"fading"}, "biased": {"unbalanced"}, "night": {"ghost"},
          "stuck-gauge": {"stuck", "ghost"}}  # fmt: skip
UNDATED = {"double", "drifting", "flapping", "impossible"}  # from the start, by and by, of the last week
HANDLED: dict[str, tuple[object, str]] = {
    "silent": (signals, "silent"),
    "flapping": (signals, "flapping"),
    "stuck": (frozen, "stuck"),
    "blind": (frozen, "blind"),
    "half-blind": (shares, "fading"),
    "drifting": (shares, "fading"),
    "biased": (balance, "unbalanced"),
    "swapped": (directions, "swapped"),
    "double": (twins, "double"),
    "impossible": (impossible, "passages"),
    "night": (frozen, "night_counts"),
    "ghost": (frozen, "ghosts"),
    "stuck-gauge": (frozen, "stuck_gauges"),
}


def named(found: Case) -> list[Finding]:
    """What is said of the faulty sensor; fails if another sensor is named."""
    assert found.fault
    everything = detect.detect(found.house, found.seen)
    mine = [f for f in everything if f.device == found.fault.device]
    assert [f for f in everything if f not in mine] == []
    return mine


def nothing(*_: object) -> Iterator[Finding]:
    return iter(())


@pytest.mark.parametrize("kind", KINDS)
def test_the_right_sensor_is_named_unless_its_detector_is_switched_off(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty = case(HOUSE, 0, 3, kind)
    (found,) = named(faulty)
    assert found.kind in CALLED.get(kind, {kind})
    assert found.kind in FOUND
    assert faulty.fault
    days_off = abs(faulty.seen.step_of(found.since) - faulty.fault.step) / 96
    assert kind in UNDATED or days_off < 4
    said = sentence(found, {}, "Europe/Stockholm")
    for text in (said.sv, said.en, advice(found).sv, advice(found).en):
        assert text.endswith(".") and "{" not in text and "nan" not in text.split()
    module, function = HANDLED[kind]
    monkeypatch.setattr(module, function, nothing)
    assert not [f for f in detect.detect(faulty.house, faulty.seen) if f.kind == found.kind]


def test_sound_sensors_are_left_in_peace() -> None:
    for sites in (HOUSE, DOOR):
        sound = case(sites, 0, 4)
        for day in (9, 19, 30):
            assert detect.detect(sound.house, cut(sound.seen, min(day * 96 - 40, len(sound.seen)))) == []


def test_little_or_nothing_seen_tells_nothing() -> None:
    sound = case(DOOR, 0, 4)
    for steps in (1, 40, 96, 3 * 96):
        assert detect.detect(sound.house, cut(sound.seen, steps)) == []


def test_a_sentence_says_what_since_when_and_how_much() -> None:
    faulty = case(HOUSE, 0, 3, "biased")
    (found,) = named(faulty)
    names = {found.portal: Text(sv="Parkdörren", en="Park door")}
    said = sentence(found, names, "Europe/Stockholm")
    assert said.en.startswith(f"Park door ({found.device}) counts ")
    assert "fewer" in said.en and "October" in said.en and "%" in said.en
    assert "Parkdörren" in said.sv and "färre" in said.sv and "oktober" in said.sv
    assert "95 % interval" in certainty(found).en
    assert "kvot" in certainty(found).sv
    assert "by hand" in advice(found).en


@pytest.mark.parametrize("kind", FOUND)
def test_advice_names_no_page_that_the_reader_does_not_have(kind: Kind) -> None:
    found = Finding(
        kind=kind, device="a", since=datetime(2026, 3, 2, tzinfo=UTC), evidence={"never": 1, "out_share": 0.5}
    )
    for text in (advice(found, lambda _: False).en, advice(found, lambda _: False).sv):
        assert not any(page in text for page in ("Edit site", "Unassigned", "Redigera", "Ej kopplade")), text
    named = {"swapped", "double", "impossible", "silent"}
    assert (advice(found) != advice(found, lambda _: False)) == (kind in named)


def test_counters_that_tell_one_way_or_no_way_are_not_biased() -> None:
    sound = case(DOOR, 0, 4)
    one_way = replace(sound.seen, people_out=np.zeros_like(sound.seen.people_out))
    both = (sound.seen.people_in + sound.seen.people_out) / 2
    beam = replace(sound.seen, people_in=both, people_out=both)
    half = both.copy(), sound.seen.people_out.copy()
    half[1][:, 0] = both[:, 0]
    mixed = replace(
        sound.seen, people_in=np.where([True, False], both, sound.seen.people_in), people_out=half[1]
    )
    for seen in (one_way, beam, mixed):
        assert detect.detect(sound.house, seen) == []


@pytest.mark.parametrize("kind", ["stuck", "biased", "swapped", "half-blind"])
def test_what_was_fixed_is_not_reported_and_no_yardstick(kind: str) -> None:
    """The fault was known and lasted five days; since then the counter is sound."""
    faulty, sound = case(HOUSE, 0, 400, kind), case(HOUSE, 0, 400).seen
    assert faulty.fault
    begin, end = faulty.fault.step, faulty.fault.step + 5 * 96
    came, went = faulty.seen.people_in.copy(), faulty.seen.people_out.copy()
    came[end:], went[end:] = sound.people_in[end:], sound.people_out[end:]
    healthy = faulty.seen.healthy.copy()
    healthy[begin:end, [c.device for c in faulty.house.counters].index(faulty.fault.device)] = False
    fixed = replace(faulty.seen, people_in=came, people_out=went, healthy=healthy)
    assert [f.device for f in detect.detect(faulty.house, cut(fixed, end))] == [faulty.fault.device]
    assert detect.detect(faulty.house, fixed) == []
