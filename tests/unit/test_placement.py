"""Where a sensor may hang that nobody has placed: guesses that a caretaker would make, and none where he would not."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from besok.analytics.name_matching import words
from besok.analytics.placement import Suggestion, UnplacedSeries, suggest
from besok.model import sitefile
from besok.model.site import Portal, Sensor, Site, Text
from besok.model.views.devices import LastReading, UnplacedChannel, UnplacedDevice
from besok.services.unplaced_devices import interval_s, suggest_placements

EXAMPLE = Path(__file__).parents[2] / "sites" / "helsingborg.toml"
NOW = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)
FLOW, LEVEL = frozenset({"in", "out"}), frozenset({"people"})


@cache
def sites() -> tuple[Site, ...]:
    return sitefile.parse(EXAMPLE.read_text()).sites


def heard(device: str, metrics: frozenset[str] = FLOW, **more: str) -> UnplacedSeries:
    channel = more.pop("channel", "flow:1" if metrics & FLOW else "level:1")
    return UnplacedSeries(
        source=more.pop("source", "lorawan"), device=device, channel=channel, metrics=metrics, **more
    )


def one(channel: UnplacedSeries, at: tuple[Site, ...] = ()) -> Suggestion:
    (suggestion,) = suggest([channel], at or sites())
    return suggestion


def without_sensors(site: Site) -> Site:
    return replace(site, sensors=())


def bare() -> tuple[Site, ...]:
    """The example before any sensor hangs."""
    return tuple(without_sensors(site) for site in sites())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Läsesal2", ("lasesal", "2")),
        ("vs133-cafe_dörr", ("vs", "133", "cafe", "dorr")),
        ("MainEntrance/North", ("main", "entrance", "north")),
        ("24e124757b122867", ()),
        ("v3/app@ttn/devices/eui-24e124757b122867/up", ("v", "3", "app", "ttn", "devices", "eui", "up")),
        ("Children's floor", ("childrens", "floor")),
        ("rum-007", ("rum", "7")),
        ("", ()),
    ],
)
def test_words(text: str, found: tuple[str, ...]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("channel", "place"),
    [
        (heard("vs133-cafe-dorr"), "cafe-door"),
        (heard("24e124757b122867", topic="v3/app@t/devices/hiss-upp/up"), "lift-up"),
        (heard("24e124757b122867", topic="v3/app@t/devices/lift-down-vs121/up"), "lift-down"),
        (heard("xovis1", source="xovis", topic="stadsparken/norra-grinden/xovis"), "north-gate"),
        (heard("SouthGate"), "south-gate"),
        (heard("läsesal", LEVEL), "reading-room"),
        (
            heard("0x00124b0022", LEVEL, source="zigbee2mqtt", topic="zigbee2mqtt/Grupprum 1"),
            "meeting-room-1",
        ),
        (heard("pir-meeting-room-2", frozenset({"occupied"})), "meeting-room-2"),
        (heard("d1", LEVEL, channel="level:playground"), "playground"),
        (heard("Biblioteksterrassen", LEVEL), "terrace"),
    ],
)
def test_a_place_that_shares_its_name_is_a_strong_guess(channel: UnplacedSeries, place: str) -> None:
    found = one(channel, bare())
    assert (found.portal or found.space, found.sure, found.reason) == (place, "strong", "words")
    assert "share the word" in found.why


@pytest.mark.parametrize(
    ("channel", "place"),
    [
        (heard("musikstudio-pir", LEVEL), "music-studio"),  # the compound, not the whole name
        (heard("barnavd", LEVEL, topic="hus/barn/people"), "childrens-floor"),
    ],
)
def test_part_of_a_name_is_a_weak_guess(channel: UnplacedSeries, place: str) -> None:
    found = one(channel, bare())
    assert (found.portal or found.space, found.reason) == (place, "words")


@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        (heard("door"), "no_words"),  # there are many
        (heard("grupprum-dorr"), "several_fit"),  # the zone's door and those of the rooms
        (heard("x", source="xovis", topic="bibliotek/plan0/x", channel="flow:Hiss"), "several_fit"),
        (heard("24e124757b122867"), "no_words"),
        (heard("vs133-1"), "no_words"),  # a number alone is a number of something else
        (heard("counter", topic="application/7/device/24e124757b122867/event/up"), "no_words"),
        (heard("nowhere/door", source="native"), "unknown_site"),
        (heard("cafe-door", frozenset({"battery_pct"}), channel="level:1"), "not_people"),
    ],
)
def test_where_nothing_fits_or_several_do_nothing_is_guessed(channel: UnplacedSeries, reason: str) -> None:
    found = one(channel, bare())
    assert (found.sure, found.reason, found.portal, found.space) == ("none", reason, "", "")
    assert found.why.endswith(".")


def test_several_that_fit_are_named() -> None:
    found = one(heard("hiss"), bare())
    assert set(found.others) == {"lift-up", "lift-down"}
    assert "lift-up" in found.why
    assert found.site == "stadsbiblioteket"


def test_people_passing_go_to_a_portal_and_states_to_a_space() -> None:
    assert one(heard("cafe"), bare()).portal == "cafe-door"
    assert one(heard("cafe", LEVEL), bare()).space == "cafe"


def test_a_native_device_stays_in_its_site() -> None:
    found = one(heard("stadsparken/playground-gate", source="native"), bare())
    assert (found.site, found.portal, found.sure) == ("stadsparken", "playground-gate", "strong")
    assert 'device = "playground-gate"' in found.toml
    assert "source" not in found.toml
    assert one(heard("stadsparken/cafe-door", source="native"), bare()).sure == "none"


def twins() -> tuple[Site, ...]:
    """Two houses with an entrance each."""
    house = without_sensors(sites()[0])
    door = Portal(id="entrance", name=Text(sv="Entré", en="Entrance"), outer="outside", inner="foyer")
    return tuple(
        replace(house, id=i, name=Text(sv=i, en=i), portals=(door,)) for i in ("filial-nord", "filial-syd")
    )


def test_the_topic_tells_the_site_where_several_have_the_same_door() -> None:
    assert one(heard("entre-1"), twins()).reason == "several_fit"
    found = one(heard("entre-1", topic="kommun/filial-syd/dorrar/entre-1"), twins())
    assert (found.site, found.portal, found.sure) == ("filial-syd", "entrance", "strong")


def test_a_place_that_has_a_sensor_is_less_likely() -> None:
    north, south = twins()
    taken = replace(north, sensors=(Sensor(device="d", portal="entrance"),))
    found = one(heard("entre-1"), (taken, south))
    assert (found.site, found.sure) == ("filial-syd", "strong")
    alone = one(heard("entre-1"), (taken,))
    assert (alone.sure, alone.taken) == ("weak", True)


def test_the_only_door_without_a_sensor_is_a_weak_guess_for_the_only_counter_without_a_door() -> None:
    house = sites()[0]
    free = replace(house, portals=tuple(p for p in house.portals if p.counted or p.id == "music-studio-door"))
    found = one(heard("24e124757b122867"), (free,))
    assert (found.portal, found.sure, found.reason) == ("music-studio-door", "weak", "only_one_left")
    assert found.uncounted
    both = suggest([heard("24e124757b122867"), heard("24e124757b122868")], (free,))
    assert [s.sure for s in both] == ["none", "none"]


def test_a_second_line_of_a_placed_device_counts_at_the_same_door() -> None:
    house = replace(
        sites()[0], sensors=(Sensor(device="24e124757b122867", source="lorawan", portal="cafe-door"),)
    )
    found = one(heard("24e124757b122867", channel="flow:2"), (house,))
    assert (found.portal, found.sure, found.reason) == ("cafe-door", "weak", "same_device")
    assert 'channel = "flow:2"' in found.toml


def test_each_line_of_a_device_has_a_suggestion_of_its_own() -> None:
    lines = ("North gate", "South gate", "3")
    found = suggest([heard("xovis", source="xovis", channel=f"flow:{line}") for line in lines], bare())
    assert [s.portal for s in found] == ["north-gate", "south-gate", ""]


def test_the_lines_for_the_site_file_are_what_it_reads() -> None:
    found = one(
        heard("24e124757b122867", model="Milesight VS133", topic="hus/cafe-door", channel="flow:2"), bare()
    )
    (sensor,) = tomllib.loads(found.toml)["sites"]["sensors"]
    assert sensor == {
        "device": "24e124757b122867",
        "portal": "cafe-door",
        "channel": "flow:2",
        "source": "lorawan",
        "model": "Milesight VS133",
    }
    assert 'space = "..."' in one(heard("x", LEVEL), bare()).toml


def device(name: str, **channels: tuple[str, ...]) -> UnplacedDevice:
    """A LoRaWAN device with channels such as flow_1=("in",)."""
    told = tuple(
        UnplacedChannel(
            channel=key.replace("_", ":"),
            readings=tuple(LastReading(metric=m, value=1, time=NOW) for m in metrics),
        )
        for key, metrics in channels.items()
    )
    return UnplacedDevice(
        source="lorawan", device=name, model="", topic=None, first_heard=NOW, heard=NOW, channels=told
    )


def test_a_device_is_introduced_with_a_suggestion_for_each_channel() -> None:
    (stranger,) = suggest_placements([device("cafe", flow_1=("in", "out"), level_1=("people",))], bare())
    assert [s.portal or s.space for s in stranger.suggestions] == ["cafe-door", "cafe"]


def test_a_place_of_a_sandbox_is_suggested_only_where_that_is_named_or_nothing_is_real() -> None:
    real, park = (replace(site, sandbox=site.kind == "park") for site in bare())
    played = replace(real, id="played", name=Text(sv="Lek", en="Played"), sandbox=True)
    at = (played, park, real)
    assert (one(heard("cafe"), at).site, one(heard("cafe", topic="played/cafe"), at).site) == (
        real.id,
        "played",
    )
    assert one(heard("cafe"), (played,)).site == "played"


def test_of_a_placed_device_only_channels_that_tell_of_people_wait_for_a_place() -> None:
    placed = Sensor(device="d1", source="lorawan", portal="cafe-door", model="VS133", interval_s=900)
    house = replace(sites()[0], sensors=(placed,))
    assert suggest_placements([device("d1", level_1=("battery_pct", "temperature_c"))], (house,)) == []
    (stranger,) = suggest_placements(
        [device("d1", level_1=("battery_pct",), level_2=("people",), flow_2=("in",))], (house,)
    )
    assert [c.channel for c in stranger.device.channels] == ["level:2", "flow:2"]
    for (
        suggestion
    ) in stranger.suggestions:  # what the site file says of the device is said again: it must not differ
        assert 'model = "VS133"\ninterval_s = 900' in suggestion.toml
    (other,) = suggest_placements([device("d2", level_1=("battery_pct",))], (house,))
    assert other.suggestions[0].reason == "not_people"


@pytest.mark.parametrize(
    ("minutes", "seconds"),
    [
        ((0, 10, 20, 30.2, 40), 600),
        ((40, 30, 20, 10), 600),  # newest first
        ((0, 0.2, 0.4, 0.6), 60),
        ((0, 3, 50, 51, 90), 60),  # as people come
        ((0, 10), 60),
        ((), 60),
    ],
)
def test_how_often_a_sensor_speaks_is_told_where_it_is_regular(
    minutes: tuple[float, ...], seconds: int
) -> None:
    assert interval_s([NOW + timedelta(minutes=m) for m in minutes]) == seconds


def test_without_any_site_nothing_is_guessed() -> None:
    assert suggest([heard("cafe")], ())[0].reason == "unknown_site"
    assert suggest([], sites()) == []
