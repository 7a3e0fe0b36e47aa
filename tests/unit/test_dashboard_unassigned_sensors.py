"""Sensors without a place, in words: every measurement, every reason, both languages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from besok.analytics.placement import Reason, UnplacedSeries, suggest
from besok.model.metrics import METRICS
from besok.model.pseudonyms import hidden_by, pseudonym
from besok.model.site import Sensor
from besok.model.views.devices import SHOWN_DEVICES, LastReading, UnplacedDevice
from besok.services.unplaced_devices import Lookup, UnassignedSensor, latest
from cli.terminal import devices
from dashboard.components import readings, unplaced_devices
from tests.small_sites import library

HOUSE = library("lib").sites[0]
NOBODY = Lookup(name="", names={})
KEY = b"of an installation"
NOW = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)


def said(metric: str, value: float) -> str:
    return readings.text_of(LastReading(metric=metric, value=value, time=NOW))


def test_every_measurement_has_words() -> None:
    assert set(METRICS) - {"occupied"} == set(readings.names(1.0))
    assert said("in_total", 1286) == "1\u00a0286 in sedan starten"
    assert said("temperature_c", 21.44) == "21,4 °C"
    assert (said("occupied", 1), said("occupied", 0)) == ("upptaget", "ledigt")
    assert said("of tomorrow", 2) == "of tomorrow 2"


def test_only_the_last_of_each_measurement_is_told_in_the_order_of_the_catalogue() -> None:
    told = [
        LastReading(metric=metric, value=value, time=NOW - timedelta(minutes=age))
        for metric, value, age in (("battery_pct", 80, 1), ("out", 1, 2), ("out", 9, 0), ("in", 3, 0))
    ]
    assert [(r.metric, r.value) for r in latest(told)] == [("in", 3), ("out", 9), ("battery_pct", 80)]


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=-5), "för 0 s sedan"),
        (timedelta(seconds=119), "för 119 s sedan"),
        (timedelta(minutes=2), "för 2 min sedan"),
        (timedelta(hours=2), "för 2 h sedan"),
        (timedelta(days=3), "för 3 dagar sedan"),
    ],
)
def test_how_long_ago(age: timedelta, words: str) -> None:
    assert readings.ago(NOW - age, NOW) == words


@pytest.mark.usefixtures("language")
@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_reason_has_a_sentence(reason: Reason) -> None:
    heard = UnplacedSeries(source="lorawan", device="d", channel="flow:1", metrics=frozenset({"in"}))
    (suggestion,) = suggest([heard], ())
    reasoned = replace(suggestion, reason=reason, words=("hiss",), others=("lift",))
    told = unplaced_devices.why(reasoned, {"lift": "Hiss upp"}, "lib")
    assert told.endswith(".")
    assert "{" not in told


def test_a_pseudonym_is_not_given_as_the_name_of_a_place() -> None:
    heard = UnplacedSeries(source="native", device="d", channel="flow:1", metrics=frozenset({"in"}))
    (suggestion,) = suggest([heard], ())
    hidden = replace(suggestion, reason="unknown_site", site="id-32865a704b85986a")
    reason = unplaced_devices.why(hidden, {}, "lib")
    assert "id-" not in reason and "”lib”" in reason
    assert "”main”" in unplaced_devices.why(replace(hidden, site="main"), {}, "lib")


def test_channels_have_names() -> None:
    assert unplaced_devices.channel_name("flow:2") == "Linje 2"
    assert unplaced_devices.channel_name("level:all") == "Område all"


def test_a_list_that_is_cut_off_says_so() -> None:
    device = UnplacedDevice(
        source="mqtt", device="d", model="", topic="t", first_heard=NOW, heard=NOW, channels=()
    )  # fmt: skip
    stranger = UnassignedSensor(device=device, suggestions=())
    cut = "Bara de 100 som anslöt senast visas."
    assert cut in str(unplaced_devices.section([stranger] * SHOWN_DEVICES, HOUSE, {}, NOBODY, NOW))
    assert cut not in str(unplaced_devices.section([stranger] * 3, HOUSE, {}, NOBODY, NOW))
    assert list(devices.unassigned([stranger] * SHOWN_DEVICES))[-1].startswith("Only the 100")


@pytest.mark.parametrize(
    ("name", "title", "found"),
    [
        ("", "id-", True),
        ("Granen", "lib/Granen", True),
        ("lib/granen", "lib/granen", True),
        ("nobody", "id-", False),
    ],
)
def test_a_sensor_is_found_by_its_name_and_its_site_is_shown(name: str, title: str, found: bool) -> None:
    hidden = f"{pseudonym(KEY, 'lib')}/{pseudonym(KEY, 'granen')}"
    device = UnplacedDevice(
        source="native", device=hidden, model="", topic=f"besok/v1/{hidden}/flow", first_heard=NOW, heard=NOW,
        channels=(),
    )  # fmt: skip
    looked = Lookup(name=name, names=hidden_by(KEY, [name, "lib"]))
    shown = str(
        unplaced_devices.section([UnassignedSensor(device=device, suggestions=())], HOUSE, {}, looked, NOW)
    )
    assert "Sensorns namn" in shown
    assert f"H3('{title}" in shown or f"H3('lib/{title}" in shown
    assert ("Bland de ej kopplade" not in shown) is found
    assert hidden.partition("/")[0] not in shown.replace(f"data-device='{hidden}'", "")


def test_a_sensor_that_was_found_and_assigned_is_not_called_unknown() -> None:
    placed = (
        pseudonym(KEY, "granen"),
        "hall/east",
        "/".join(pseudonym(KEY, part) for part in ("hall", "west")),
    )
    sensors = tuple(Sensor(source="native", device=device, portal="lift") for device in placed)
    built = replace(HOUSE, sensors=sensors)
    for name in ("granen", "lib/granen", "hall/east", "hall/west"):
        shown = str(unplaced_devices.finder([], Lookup(name=name, names=hidden_by(KEY, [name])), built))
        assert "Sensorn med det namnet är kopplad." in shown and "Bland de ej kopplade" not in shown
