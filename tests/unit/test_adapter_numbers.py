"""Numbers and states in the forms devices write them."""

import pytest

from besok.model.errors import Unreadable
from collectors.adapters.jsontext import parse
from collectors.adapters.numbers import number, state


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
    [True, [], {}, "0x1F", "1f", "1,234", "1 234", "1.234.567", "3.4V", "three", "1" * 60, 10**400],
)
def test_no_numbers(written: object) -> None:
    with pytest.raises(Unreadable, match="people"):
        number("people", written)


def test_a_dot_sets_apart_thousands_of_people_or_decimals_of_others() -> None:
    assert [number("temperature", "12.000"), number("people", "12.0", True)] == [12, 12]
    with pytest.raises(Unreadable, match="people"):
        number("people", "12.000", True)


@pytest.mark.parametrize(
    ("written", "means"), [("0.000", 0), ("0,000", 0), ("0.333", 0.333), ("-0,250", -0.25)]
)
def test_nobody_sets_thousands_apart_behind_a_zero(written: str, means: float) -> None:
    assert number("people", written, True) == means


def test_constants_that_json_does_not_know_measure_nothing() -> None:
    assert [number("co2", value) for value in parse(b"[NaN, Infinity, -Infinity]")] == [None] * 3


def test_units_behind_the_number() -> None:
    with pytest.raises(Unreadable, match='the unit "%" does not fit'):
        number("battery", "80 %")


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
