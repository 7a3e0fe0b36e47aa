"""Devices on LoRaWAN: the bytes of a frame, and the JSON in which a network server hands it on.

Formats: Milesight VS133 user guide (items of channel, type and little-endian value, port 85), ELSYS payload
description (items of a one-byte type and a big-endian value, port 5), the MQTT integrations of The Things Stack v3 and
ChirpStack v4.
The devices tell no time: the network server says when it heard them.
"""

import json
from base64 import b64encode
from collections.abc import Iterable
from typing import Any, Final

from sensors_sim.noise import key
from sensors_sim.report import MARK, Flow, Level, Report, utc_ms

FULL: Final = 1 << 32  # where a total of a VS133 begins again at zero
MILESIGHT, ELSYS = "24e124", "a81758"  # with these begin the devEUIs of the two makes
OCCUPIED: Final = 2  # of an ERS Eye; 1 is "somebody comes or goes", which is neither
APPLICATION: Final = "besok-simulator"


def milesight_eui(site: str, device: str) -> str:
    """The devEUI under which this device speaks as a Milesight."""
    return _eui(MILESIGHT, site, device)


def elsys_eui(site: str, device: str) -> str:
    """The devEUI under which this device speaks as an ELSYS."""
    return _eui(ELSYS, site, device)


def _eui(maker: str, site: str, device: str) -> str:
    return f"{maker}{key('devEUI', site, device) % 16**10:010x}"


def vs133_in_tts(report: Report) -> tuple[str, bytes]:
    """A VS133 in an uplink of The Things Stack."""
    return _tts(report, vs133(report.items), 85, "milesight-iot", "vs133")


def ers_in_chirpstack(report: Report) -> tuple[str, bytes]:
    """An ERS Eye or ERS CO2 in an uplink event of ChirpStack."""
    return _chirpstack(report, ers(report.levels), 5, "ELSYS ERS")


def vs133(items: Iterable[Flow | Level]) -> bytes:
    """Lines 1 to 4: totals of 32 bits in and out, and the counts of the period; regions 1 to 4: people, a byte each."""
    frame, regions = b"", [0, 0, 0, 0]
    watched = False
    for item in items:
        if isinstance(item, Flow):
            frame += _line(int(item.line) - 1, item)
        elif isinstance(item, Level):
            watched = True
            regions[int(item.region) - 1] = min(255, item.value)
    return frame + (bytes([0x0F, 0xE3, *regions]) if watched else b"")


def _line(number: int, flow: Flow) -> bytes:
    first = 3 + 3 * number
    total_in, total_out = flow.totals or (flow.came, flow.went)
    return b"".join(
        (
            bytes([first, 0xD2]) + (total_in % FULL).to_bytes(4, "little"),
            bytes([first + 1, 0xD2]) + (total_out % FULL).to_bytes(4, "little"),
            bytes([first + 2, 0xCC])
            + b"".join(min(65535, n).to_bytes(2, "little") for n in (flow.came, flow.went)),
        )
    )


def ers(levels: Iterable[Level]) -> bytes:
    """Whether somebody is there, and carbon dioxide."""
    frame = b""
    for level in levels:
        if level.metric == "occupied":
            frame += bytes([0x11, OCCUPIED if level.value else 0])
        else:
            frame += bytes([0x06]) + min(65535, level.value).to_bytes(2, "big")
    return frame


def _address(report: Report) -> str:
    return f"{key('devAddr', report.device, report.session) % 16**8:08x}"


def _tts(report: Report, frame: bytes, port: int, brand: str, model: str) -> tuple[str, bytes]:
    name, heard = f"eui-{report.device}", utc_ms(report.heard)
    body: dict[str, Any] = {
        "end_device_ids": {
            "device_id": name,
            "application_ids": {"application_id": APPLICATION},
            "dev_eui": report.device.upper(),
            "dev_addr": _address(report).upper(),
        },
        "received_at": heard,
        "uplink_message": {
            "session_key_id": f"s{report.session}",
            "f_port": port,
            "f_cnt": report.seq,
            "frm_payload": b64encode(frame).decode(),
            "rx_metadata": [{"gateway_ids": {"gateway_id": "roof"}, "rssi": -80, "snr": 8.5}],
            "received_at": heard,
            "version_ids": {"brand_id": brand, "model_id": model},
        },
        MARK: True,
    }
    return f"v3/{APPLICATION}@ttn/devices/{name}/up", json.dumps(body, separators=(",", ":")).encode()


def _chirpstack(report: Report, frame: bytes, port: int, profile: str) -> tuple[str, bytes]:
    application = "5b1d5b1d-0000-4000-8000-000000000001"
    body: dict[str, Any] = {
        "deduplicationId": f"{key('uplink', report.device, report.session, report.seq):032x}",
        "time": utc_ms(report.heard),
        "deviceInfo": {
            "applicationId": application,
            "applicationName": APPLICATION,
            "deviceProfileName": profile,
            "deviceName": report.device,
            "devEui": report.device,
        },
        "devAddr": _address(report),
        "dr": 5,
        "fCnt": report.seq,
        "fPort": port,
        "data": b64encode(frame).decode(),
        "rxInfo": [{"gatewayId": "24e124fffef00001", "rssi": -80, "snr": 8.5}],
        MARK: True,
    }
    topic = f"application/{application}/device/{report.device}/event/up"
    return topic, json.dumps(body, separators=(",", ":")).encode()
