"""What is true: devices of every kind, each with letters (messages) whose facts (readings) are known beforehand."""

import json
import struct
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import count
from random import Random

SITES = ("north", "south")
MINUTE = timedelta(minutes=1)
REJECTED, GARBLED = "rejected", "garbled"
BATCH = 5  # items of a list


class Kind(StrEnum):
    """What a message offers by which it can be known again."""

    TIMED = "timed"  # the time of its readings
    NUMBERED = "numbered"  # a number of its own (`seq`, a frame counter); no time, or one that is not its own
    BARE = "bare"  # nothing, but its value is like no other's
    ALIKE = "alike"  # nothing, and all messages of the device are the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One reading that is true. `time` is None where the device tells none."""

    source: str
    device: str
    channel: str
    metric: str
    value: float
    time: datetime | None


@dataclass(slots=True, kw_only=True)
class Letter:
    """A message and its story; moments are in seconds of the monotonic clock."""

    number: int
    kind: Kind
    topic: str
    payload: bytes
    facts: tuple[Fact, ...]
    sent: list[float] = field(default_factory=list)
    acked: float | None = None  # when the acknowledgement was read
    opened: float = 0.0  # when the connection was made on which it came
    unheard: int = 0  # how often the broker said that nobody listens: it has no queue for it
    refused: int = 0
    given_up: bool = False  # it was sent, never acknowledged and not sent again: it may be there, once

    @property
    def safe(self) -> bool:
        """Whether the broker took it over."""
        return self.acked is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A sensor: `write(random, n)` is its n-th message (from 1) as payload and facts."""

    source: str
    site: str
    name: str
    kind: Kind
    topic: str
    line: str  # the channel that counts people
    write: Callable[[Random, int], tuple[object, tuple[Fact, ...]]]


def devices(start: datetime, per_kind: int = 3) -> list[Device]:
    """`per_kind` devices of each kind in each site. Their clocks begin at `start`."""
    made = []
    for site in SITES:
        for n in range(1, per_kind + 1):
            made += [
                make(site, n, start)
                for make in (_deltas, _totals, _batches, _numbered, _lorawan, _bare, _alike, _garbled)
            ]
    return made


def letters(random: Random, of: list[Device], readings: int) -> Iterator[Letter]:
    """Messages of random devices until they hold so many readings."""
    told = dict.fromkeys((d.name for d in of), 0)
    so_far = 0
    for number in count(1):
        if so_far >= readings:
            return
        device = random.choice(of)
        told[device.name] += 1
        body, facts = device.write(random, told[device.name])
        so_far += len(facts)
        payload = json.dumps(body).encode()
        yield Letter(number=number, kind=device.kind, topic=device.topic, payload=payload, facts=facts)


def _native(
    site: str, name: str, kind: Kind, write: Callable[[str, Random, int], tuple[object, list[Fact]]]
) -> Device:
    device = f"{site}/{name}"

    def told(random: Random, n: int) -> tuple[object, tuple[Fact, ...]]:
        body, facts = write(device, random, n)
        return body, tuple(facts)

    return Device(
        source="native",
        site=site,
        name=device,
        kind=kind,
        topic=f"besok/v1/{device}/flow",
        line="flow:1",
        write=told,
    )


def _fact(device: str, metric: str, value: float, time: datetime | None) -> Fact:
    return Fact(source="native", device=device, channel="flow:1", metric=metric, value=value, time=time)


def _deltas(site: str, number: int, start: datetime) -> Device:
    """People of each minute."""

    def write(device: str, random: Random, n: int) -> tuple[object, list[Fact]]:
        time, people = start + n * MINUTE, {"in": random.randrange(9), "out": random.randrange(9)}
        return (
            {"time": time.isoformat(), "period_s": 60, **people},
            [_fact(device, metric, value, time) for metric, value in people.items()],
        )

    return _native(site, f"delta-{number}", Kind.TIMED, write)


def _totals(site: str, number: int, start: datetime) -> Device:
    """Running totals at each minute."""
    ever = {"in_total": 1000 * number, "out_total": 900 * number}

    def write(device: str, random: Random, n: int) -> tuple[object, list[Fact]]:
        time = start + n * MINUTE
        for metric in ever:
            ever[metric] += random.randrange(9)
        return {"time": time.isoformat(), **ever}, [
            _fact(device, metric, ever[metric], time) for metric in ever
        ]

    return _native(site, f"total-{number}", Kind.TIMED, write)


def _batches(site: str, number: int, start: datetime) -> Device:
    """Single events, several in a message."""

    def write(device: str, random: Random, n: int) -> tuple[object, list[Fact]]:
        times = [start + (n * BATCH + i) * MINUTE / 2 + timedelta(milliseconds=i) for i in range(BATCH)]
        items = [(time, random.choice(("in", "out")), 1 + random.randrange(4)) for time in times]
        return (
            [{"time": time.isoformat(), metric: value} for time, metric, value in items],
            [_fact(device, metric, value, time) for time, metric, value in items],
        )

    return _native(site, f"batch-{number}", Kind.TIMED, write)


def _numbered(site: str, number: int, start: datetime) -> Device:
    """No time, but a number. Whether it counts once shows in a value like no other's."""

    def write(device: str, random: Random, n: int) -> tuple[object, list[Fact]]:
        return {"in": n, "seq": n}, [_fact(device, "in", n, None)]

    return _native(site, f"numbered-{number}", Kind.NUMBERED, write)


def _lorawan(site: str, number: int, start: datetime) -> Device:
    """A Milesight VS133 in The Things Stack, heard by two networks: each frame comes twice, with times 200 ms apart."""
    eui = f"24e124{SITES.index(site):05x}{number:05x}"

    def write(random: Random, n: int) -> tuple[object, tuple[Fact, ...]]:
        frame, echo = (n + 1) // 2, n % 2 == 0
        time = start + frame * MINUTE - echo * timedelta(milliseconds=200)
        body = {
            "end_device_ids": {"device_id": f"door-{number}", "dev_eui": eui.upper(), "dev_addr": "00BCB929"},
            "received_at": time.isoformat().replace("+00:00", "Z"),
            "uplink_message": {
                "session_key_id": "AXA50tHUGUucuzS",
                "f_port": 85,
                "f_cnt": frame,
                "frm_payload": b64encode(struct.pack("<HIHI", 0xD203, frame, 0xD204, frame)).decode(),
                "version_ids": {"brand_id": "milesight-iot", "model_id": "vs133"},
            },
        }
        facts = [
            Fact(source="lorawan", device=eui, channel="flow:1", metric=metric, value=frame, time=None)
            for metric in ("in_total", "out_total")
        ]
        return body, () if echo else tuple(facts)

    topic = f"v3/{site}@ttn/devices/door-{number}/up"
    return Device(
        source="lorawan", site=site, name=eui, kind=Kind.NUMBERED, topic=topic, line="flow:1", write=write
    )  # fmt: skip


def _bare(site: str, number: int, start: datetime) -> Device:
    def write(device: str, random: Random, n: int) -> tuple[object, list[Fact]]:
        return {"in": n}, [_fact(device, "in", n, None)]

    return _native(site, f"bare-{number}", Kind.BARE, write)


def _garbled(site: str, number: int, start: datetime) -> Device:
    """Nothing anybody could read. It must lie under `rejected`, once; that is its fact."""

    def write(device: str, random: Random, n: int) -> tuple[object, list[Fact]]:
        fact = Fact(source=REJECTED, device=device, channel="", metric="", value=n, time=None)
        return {GARBLED: n}, [fact]

    return _native(site, f"garbled-{number}", Kind.BARE, write)


def _alike(site: str, number: int, start: datetime) -> Device:
    def write(device: str, random: Random, n: int) -> tuple[object, list[Fact]]:
        return {"in": 1}, [_fact(device, "in", 1, None)]

    return _native(site, f"alike-{number}", Kind.ALIKE, write)


def beginning(now: datetime, readings: int) -> datetime:
    """A whole hour so long ago that no device's clock reaches the present, and no reading is too late to count."""
    minutes = readings // 40 + 600
    return (now.astimezone(UTC) - minutes * MINUTE).replace(minute=0, second=0, microsecond=0)
