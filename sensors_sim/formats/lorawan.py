"""LoRaWAN devices: the bytes of a frame, and the uplink JSON of network servers.

Formats: Milesight VS133 user guide (items of channel, type and little-endian value, port 85), ELSYS payload
description (items of a one-byte type and a big-endian value, port 5), the MQTT integrations of The Things Stack v3 and
ChirpStack v4. The devices send no time: the network server says when it received them.
"""

import struct
from base64 import b64encode
from collections.abc import Iterable
from typing import Any, Final

from sensors_sim.formats.jsontext import compact
from sensors_sim.noise import key
from sensors_sim.reports import Flow, Level, Report
from sensors_sim.times import utc_ms

FULL: Final = 1 << 32  # where a total of a VS133 begins again at zero
OCCUPIED: Final = 2  # of an ERS Eye; 1 is "somebody comes or goes", which is neither
APPLICATION: Final = "besok-simulator"
CHIRPSTACK_APPLICATION: Final = "5b1d5b1d-0000-4000-8000-000000000001"


def vs133(items: Iterable[Flow | Level]) -> bytes:
    """Encode lines 1 to 4: totals of 32 bits and the counts of the period; regions 1 to 4: people, a byte each."""
    frame, regions = b"", [0, 0, 0, 0]
    watched = False
    for item in items:
        if isinstance(item, Flow):
            first = 3 * int(item.line)
            both = (item.entries, item.exits)
            total_in, total_out = (n % FULL for n in item.totals or both)
            frame += struct.pack("<BBI", first, 0xD2, total_in) + struct.pack(
                "<BBI", first + 1, 0xD2, total_out
            )
            frame += struct.pack("<BBHH", first + 2, 0xCC, *(min(65535, n) for n in both))
        else:
            watched = True
            regions[int(item.region) - 1] = min(255, item.value)
    return frame + (bytes([0x0F, 0xE3, *regions]) if watched else b"")


def ers(levels: Iterable[Level]) -> bytes:
    """Encode whether somebody is there, and carbon dioxide."""
    frame = b""
    for level in levels:
        if level.metric == "occupied":
            frame += bytes([0x11, OCCUPIED if level.value else 0])
        else:
            frame += struct.pack(">BH", 0x06, min(65535, level.value))
    return frame


def vs133_in_tts(report: Report) -> tuple[str, bytes]:
    """Encode a VS133 in an uplink of The Things Stack."""
    name, received = f"eui-{report.device}", utc_ms(report.received)
    body: dict[str, Any] = {
        "end_device_ids": {
            "device_id": name,
            "application_ids": {"application_id": APPLICATION},
            "dev_eui": report.device.upper(),
            "dev_addr": _address(report).upper(),
        },
        "received_at": received,
        "uplink_message": {
            "session_key_id": f"s{report.session}",
            "f_port": 85,
            "f_cnt": report.seq,
            "frm_payload": b64encode(vs133(report.items)).decode(),
            "rx_metadata": [{"gateway_ids": {"gateway_id": "roof"}, "rssi": -80, "snr": 8.5}],
            "received_at": received,
            "version_ids": {"brand_id": "milesight-iot", "model_id": "vs133"},
        },
    }
    return f"v3/{APPLICATION}@ttn/devices/{name}/up", compact(body)


def ers_in_chirpstack(report: Report) -> tuple[str, bytes]:
    """Encode an ERS Eye or ERS CO2 in an uplink event of ChirpStack."""
    body: dict[str, Any] = {
        "deduplicationId": f"{key('uplink', report.device, report.session, report.seq):032x}",
        "time": utc_ms(report.received),
        "deviceInfo": {
            "applicationId": CHIRPSTACK_APPLICATION,
            "applicationName": APPLICATION,
            "deviceProfileName": "ELSYS ERS",
            "deviceName": report.device,
            "devEui": report.device,
        },
        "devAddr": _address(report),
        "dr": 5,
        "fCnt": report.seq,
        "fPort": 5,
        "data": b64encode(ers(report.levels)).decode(),
        "rxInfo": [{"gatewayId": "24e124fffef00001", "rssi": -80, "snr": 8.5}],
    }
    return f"application/{CHIRPSTACK_APPLICATION}/device/{report.device}/event/up", compact(body)


def _address(report: Report) -> str:
    return f"{key('devAddr', report.device, report.session) % 16**8:08x}"
