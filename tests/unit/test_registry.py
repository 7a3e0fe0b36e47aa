"""The registry: what every adapter says is made fit to be stored and shown, whatever the payload holds."""

import json
from datetime import UTC, datetime

import pytest
from msgspec import structs

from besok.model.errors import Unreadable
from besok.model.readings import Decoded, Identity, Message, Reading
from collectors import decoding
from collectors.adapters.packet import Packet

NOW = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)
MESSAGE = Message(topic="t", payload=b'{"a": 1}', received=NOW)
GOOD = Reading(source="s", device="d", channel="flow:1", metric="in", value=1, time=NOW)


def told(monkeypatch: pytest.MonkeyPatch, says: Decoded | Exception) -> Decoded:
    """What becomes of what an adapter says."""

    def decode(_packet: Packet) -> Decoded:
        if isinstance(says, Exception):
            raise says
        return says

    monkeypatch.setattr(decoding, "ADAPTERS", {"odd": decode})
    return decoding.decode(MESSAGE)


def test_half_characters_and_endless_words_are_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    identity = Identity(scope="s/\0", mark="seq:\ud800", window_s=60)
    decoded = told(
        monkeypatch, Decoded(problems=("a\ud800b\nc", "x" * 9000), model="m" * 500, identity=identity)
    )
    assert decoded.problems[0] == "a\ufffdb\nc" and len(decoded.problems[1]) == decoding.REASON_LIMIT
    assert len(decoded.model) == decoding.MODEL_LIMIT
    assert decoded.identity == Identity(scope="s/\ufffd", mark="seq:\ufffd", window_s=60)


def test_a_reading_without_a_name_is_a_problem_and_the_others_count(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = [structs.replace(GOOD, device=name) for name in ("", "\0", "x" * 400)] + [
        structs.replace(GOOD, channel="flow:\ud800")
    ]
    decoded = told(monkeypatch, Decoded(readings=(GOOD, *odd)))
    assert decoded.readings == (GOOD,) and decoded.problems == (decoding.NAMELESS,)


def test_nothing_goes_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, Decoded()).not_data
    assert "please report this" in told(monkeypatch, KeyError("\ud800")).problems[0]


def test_a_payload_that_cannot_be_read_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def refuse(payload: bytes) -> object:
        asked.append(payload)
        raise Unreadable("broken")

    monkeypatch.setattr("collectors.adapters.jsontext.parse", refuse)
    packet = Packet(structs.replace(MESSAGE, payload=b"{"))
    assert packet.object == {}
    for _ in range(2):
        with pytest.raises(Unreadable, match="broken"):
            _ = packet.json
    assert asked == [b"{"]


@pytest.mark.parametrize(
    "payload",
    ['{"{}": 1, "{}": 2}', '{"body": "{\\ud800}", "n": 1}', '{"body": "{\\"n\\": 1}", "body": "{}"}'],
)
def test_odd_names_and_texts_fail_nobody(payload: str) -> None:
    decoded = decoding.decode(structs.replace(MESSAGE, payload=payload.encode()))
    told = [*decoded.problems, decoded.not_data]
    assert any(told) and not any("please report this" in text for text in told)


def test_a_lamp_without_a_clock_numbers_its_messages() -> None:
    lamp = {"index": 2, "payload": {"value": 1, "sensor_type": "deskinuse"}, "unix_time_s": 10}
    body = json.dumps({**lamp, "sequence": 1, "device_id": "d4"}).encode()
    identity = decoding.decode(structs.replace(MESSAGE, topic="mda2/x/data/y", payload=body)).identity
    assert identity is not None and identity.mark == "seq:1"
