"""Numbers and states in the forms devices write them."""

import pytest

from besok.model.errors import Unreadable
from collectors.adapters.jsontext import parse
from collectors.adapters.numbers import number, state
from collectors.adapters.sheet import Sheet


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (7, 7), (7.5, 7.5), ("7", 7), (" 32.0 ", 32), ("32,5", 32.5), (".5", 0.5), ("-5.2", -5.2), ("1e3", 1000),
        (None, None), ("", None), ("null", None), ("N/A", None), ("--", None), ("Infinity", None), ("unknown", None),
    ],
)  # fmt: skip
def test_numbers(written: object, found: float | None) -> None:
    assert number("people", written) == found


@pytest.mark.parametrize(
    "written",
    [True, [], {}, "0x1F", "1f", "1,234", "1 234", "1.234.567", "3.4V", "three", "1" * 60, 10**400, 1e999],
)
def test_no_numbers(written: object) -> None:
    with pytest.raises(Unreadable, match="people"):
        number("people", written)


def test_constants_that_json_does_not_know_measure_nothing() -> None:
    assert [number("co2", value) for value in parse(b"[NaN, Infinity, -Infinity]")] == [None] * 3


@pytest.mark.parametrize(
    ("written", "found"), [(65535, None), ("65535", None), (-999.0, None), (65534, 65534)]
)
def test_numbers_that_say_nothing(written: object, found: float | None) -> None:
    assert number("people", written, nothing=(65535, -999)) == found


def test_units_behind_the_number() -> None:
    volts = {"v": 1.0, "mv": 0.001}
    assert number("battery", "3.4V", units=volts) == 3.4
    assert number("battery", "3400 mV", units=volts) == 3.4
    assert number("temperature", "30°C", units={"°c": 1}) == 30
    with pytest.raises(Unreadable, match='the unit "%" does not fit'):
        number("battery", "80 %", units=volts)


@pytest.mark.parametrize(
    ("written", "found"),
    [(True, 1), ("ON", 1), ("In use", 1), ("trigger", 1), (1, 1), (1.0, 1), (False, 0), ("off", 0), ("NO-MOTION", 0),
     ("idle", 0), (0, 0), ("0", 0), (None, None), ("unavailable", None), ("", None)],
)  # fmt: skip
def test_states(written: object, found: float | None) -> None:
    assert state("occupancy", written) == found


@pytest.mark.parametrize("written", [2, -1, 0.5, "maybe", [], {}])
def test_no_states(written: object) -> None:
    with pytest.raises(Unreadable, match="whether somebody is there"):
        state("occupancy", written)


def test_people_pass_in_whole_numbers_but_may_be_present_in_parts() -> None:
    sheet = Sheet("mqtt", "door")
    sheet.note("in_total", 3.5, said="totalIn")
    sheet.note("people", 3.5)
    assert sheet.problems == ["totalIn is 3.5: people are counted in whole numbers"]
    assert [r.value for r in sheet.readings] == [3.5]
