"""`besok adapter try`: what it takes, and what it says."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from besok.model.errors import BesokError
from cli.main import app
from cli.standalone import dry_run

NOW = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)
FLOW = "besok/v1/hbg/door/flow"
GOOD = {"time": "2026-11-25T08:15:00Z", "period_s": 60, "in": 3}


def tried(content: object, **options: Any) -> dry_run.DryRun:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return dry_run.run(dry_run.Request(content=body, received=NOW, **options))


def answer(content: object, **options: Any) -> dict[str, Any]:
    return json.loads(dry_run.as_json(tried(content, **options)))


def test_readings_are_shown_as_they_would_be_stored() -> None:
    said = answer(GOOD, topic=FLOW)
    assert (said["outcome"], said["adapter"], said["reason"], said["problems"]) == (
        "readings",
        "native",
        None,
        [],
    )
    assert said["readings"] == [
        {"source": "native", "device": "hbg/door", "channel": "flow:1", "metric": "in", "kind": "flow", "value": 3.0,
         "time": "2026-11-25T08:15:00Z", "period_s": 60.0, "wraps": None, "flags": []}
    ]  # fmt: skip


def test_a_reading_without_time_says_so() -> None:
    said = answer({"in": 3}, topic=FLOW)["readings"][0]
    assert (said["time"], said["flags"]) == (None, ["no_time"])
    assert "of receipt" in dry_run.as_text(tried({"in": 3}, topic=FLOW))


def test_what_the_pipeline_refuses_is_refused_here() -> None:
    said = answer([GOOD, {"in": -4}], topic=FLOW)
    assert (said["outcome"], len(said["readings"])) == ("readings", 1)
    assert "in is -4" in said["reason"] and said["problems"] == [said["reason"]]
    assert answer({"in": -4}, topic=FLOW)["outcome"] == "rejected"


def test_what_nobody_knows_is_rejected_with_the_reason() -> None:
    said = answer(b"\xff\x00")
    assert (said["outcome"], said["readings"]) == ("rejected", [])
    assert said["reason"]
    assert "Rejected, nothing of it is counted:" in dry_run.as_text(tried(b"\xff\x00"))


def test_a_frame_that_comes_with_its_port_is_taken_for_hex() -> None:
    assert (
        answer(b"01 75 64 03 00 01\n", fport=85, model="Milesight VS340")["readings"][1]["metric"]
        == "occupied"
    )
    assert answer(b'{"people_inside": 3}', fport=85)["readings"][0]["metric"] == "people"


def test_half_a_character_in_a_name_breaks_nothing() -> None:
    said = answer(b'{"device": "door-7", "\\ud800 count": 3}')
    assert said["outcome"] == "rejected" and said["reason"].encode()


def test_not_data_says_what_it_is() -> None:
    said = answer(b"", topic="besok/v1/hbg/door/status")
    assert said["outcome"] == "not_data" and "tombstone" in said["reason"]


def test_a_status_is_no_measurement_but_told() -> None:
    said = answer(b"online\n", topic="besok/v1/hbg/door/status")
    assert said["outcome"] == "not_data"
    assert said["statuses"] == [{"source": "native", "device": "hbg/door", "online": True}]
    assert "native hbg/door is online" in dry_run.as_text(
        tried(b"online\n", topic="besok/v1/hbg/door/status")
    )


def test_a_described_payload_brings_its_topic_and_encoding() -> None:
    described = {"topic": FLOW, "payload_encoding": "json", "payload": GOOD, "vendor": "A", "model": None}
    assert answer(described)["outcome"] == "readings"
    assert (
        answer(described | {"payload_encoding": "text", "payload": json.dumps(GOOD)})["outcome"] == "readings"
    )
    hexed = {"hex": json.dumps(GOOD).encode().hex(), "fPort": None}
    assert answer(described | {"payload_encoding": "hex", "payload": hexed})["outcome"] == "readings"
    plain = {"payload": json.dumps(GOOD).encode().hex(), "payload_encoding": "hex"}
    assert answer(described | plain)["outcome"] == "readings"
    assert (
        answer(described, topic="besok/v1/hbg/door/level")["outcome"] == "rejected"
    )  # the command line wins


def test_a_described_sequence_is_several_messages_each_with_its_time_of_receipt() -> None:
    at = "2026-11-25T07:00:00Z"
    sequence = [
        {"at": at, "payload": {"people": 1}},
        {"at": "01:52:54", "payload": {"people": 2}},
        {"people": 3},
    ]
    described = {"topic": "besok/v1/h/d/level", "payload_encoding": "sequence", "payload": sequence}
    found = tried(described).readings
    assert [r.value for r in found] == [1, 2, 3]
    assert [r.time for r in found] == [datetime(2026, 11, 25, 7, tzinfo=UTC), NOW, NOW]


@pytest.mark.parametrize("text", [b"0103", b"01 03\n", b"0x01, 0x03", b"01:03"])
def test_hex_is_read_however_it_is_set(text: bytes) -> None:
    request = dry_run.Request(content=text, received=NOW, encoding="hex", topic="t")
    assert dry_run._message(request, text, NOW).payload == b"\x01\x03"


def test_a_frame_with_a_port_travels_as_a_network_server_sends_it() -> None:
    request = dry_run.Request(content=b"0103", received=NOW, encoding="hex", fport=85)
    sent = json.loads(dry_run._message(request, b"0103", NOW).payload)
    assert sent["uplink_message"] == {"frm_payload": "AQM=", "f_port": 85}


def test_a_frame_is_read_by_the_model_that_is_given() -> None:
    totals = b"03d2be00000004d231010000"
    said = answer(totals, encoding="hex", fport=85, model="Milesight VS133")
    assert (said["adapter"], said["model"]) == ("lorawan", "Milesight VS133")
    assert [(r["metric"], r["value"], r["wraps"]) for r in said["readings"]] == [
        ("in_total", 190, 2**32), ("out_total", 305, 2**32)
    ]  # fmt: skip
    assert "model" in answer(b"01", encoding="hex", fport=85)["reason"]
    described = {
        "transport": "lorawan",
        "payload_encoding": "hex",
        "payload": {"hex": totals.decode(), "fPort": 85},
    }
    assert answer(described | {"vendor": "Milesight", "model": "VS133"})["outcome"] == "readings"


def test_bad_usage_gets_a_sentence() -> None:
    with pytest.raises(BesokError, match="not hexadecimal"):
        tried(b"zz", encoding="hex")
    with pytest.raises(BesokError, match="--received is"):
        dry_run.moment("yesterday")


def test_one_model_is_that_of_every_device() -> None:
    assert dry_run.OneModel("VS133").get(("lorawan", "x"), "") == "VS133"


def test_the_command_prints_one_object(tmp_path: Path) -> None:
    file = tmp_path / "payload.json"
    file.write_text(json.dumps(GOOD))
    ran = CliRunner().invoke(app, ["adapter", "try", "--topic", FLOW, "--json", str(file)])
    assert (ran.exit_code, json.loads(ran.stdout)["outcome"]) == (0, "readings")
    piped = CliRunner().invoke(app, ["adapter", "try", "--topic", FLOW, "-"], input=json.dumps(GOOD))
    assert (piped.exit_code, piped.stdout.splitlines()[0]) == (0, "adapter: native")


def test_a_frame_is_tried_with_a_codec_that_nobody_has_added(tmp_path: Path) -> None:
    codec, frame = tmp_path / "vs133.js", tmp_path / "frame.hex"
    codec.write_text(
        "function Decode(port, bytes) { return { line_1_total_in: bytes[0], line_1_total_out: port }; }"
    )
    frame.write_text("07")
    options = ["adapter", "try", str(frame), "--fport", "85", "--codec", str(codec), "--json"]
    said = json.loads(CliRunner().invoke(app, [*options, "--model", "Milesight VS133"]).output)
    assert (said["outcome"], said["adapter"], said["model"]) == ("readings", "lorawan", "Milesight VS133")
    assert [(r["metric"], r["value"]) for r in said["readings"]] == [("in_total", 7), ("out_total", 85)]
    assert "A codec is for one model" in str(CliRunner().invoke(app, options).exception)
