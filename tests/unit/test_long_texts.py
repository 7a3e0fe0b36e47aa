"""What a sender writes does not stay in the memory of those who read it, however long it is."""

import gc
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from samples import MAPPINGS, SAMPLES, Sample

from besok.model.decode_context import DecodeContext
from besok.model.readings import Message
from collectors.devices.field_names import words
from collectors.pipeline import decode

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
LONG = 20_000  # characters


def longer(value: Any, number: list[int]) -> Iterator[Any]:
    """Yield a value of JSON with one of its texts or names after the other made long; `number` tells them apart."""
    number[0] += 1
    text = f"{number[0]} " + "people Room " * (LONG // 12)
    if isinstance(value, str):
        yield f"{value} {text}"
        yield text.replace(" ", "")
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield {**value, f"{name} {text}": inner}
            yield from ({**value, name: changed} for changed in longer(inner, number))
    elif isinstance(value, list):
        yield value * 5
        for at, inner in enumerate(value[:2]):
            yield from ([*value[:at], changed, *value[at + 1 :]] for changed in longer(inner, number))


def parsed(sample: Sample) -> Any:
    try:
        return json.loads(sample.payload)
    except ValueError:
        return None


def test_long_texts_are_forgotten() -> None:
    known, number, count = DecodeContext(mappings=MAPPINGS, key=b"k"), [0], 0
    for sample in SAMPLES:  # what is kept of usual messages is there before
        read(sample.topic, sample.payload, known)
    tracemalloc.start()
    try:
        for sample in SAMPLES[::5]:
            for _ in range(2):  # the table of a cache grows by 50 kB at once, and then not again
                before = tracemalloc.get_traced_memory()[0]
                for topic, value in long_ones(sample, number):
                    read(topic, json.dumps(value).encode(), known)
                    count += 1
                del topic, value
                if (kept := tracemalloc.get_traced_memory()[0] - before) > 2 * LONG:
                    gc.collect()
                    kept = tracemalloc.get_traced_memory()[0] - before
                if kept < 2 * LONG:
                    break
            assert kept < 2 * LONG, sample.topic
    finally:
        tracemalloc.stop()
    assert count > 500


def long_ones(sample: Sample, number: list[int]) -> Iterator[tuple[str, Any]]:
    """Yield topics and values of a sample's message with something long in each."""
    for value in longer(parsed(sample), number):
        yield sample.topic, value
    for end in ("x" * LONG, "/x" * LONG):
        yield f"{sample.topic}/{number[0]}{end}", {}
    for n in range(3):
        yield "acme/door", {"device_id": f"{number[0]}-{n}" + "x" * LONG, "people_count": 3}


def read(topic: str, payload: bytes, known: DecodeContext) -> None:
    decode([Message(topic=topic, payload=payload, received=NOON)], known)


def test_of_a_long_text_the_beginning_is_read() -> None:
    assert len(words("people Room " * 300_000)) < 200
