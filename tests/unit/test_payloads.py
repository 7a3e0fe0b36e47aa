"""Own payloads of every family give the readings that they should, or are not data.

Real payloads lie beside the clone; `tests/golden/test_golden_decoding.py` holds what each of them gives.
"""

import re
from datetime import UTC, datetime

import pytest
from samples import MAPPINGS, SAMPLES, Sample

from besok.model.decode_context import DecodeContext
from besok.model.readings import Message
from cli.standalone import dry_run

RECEIVED = datetime(2026, 11, 25, 8, 15, 30, tzinfo=UTC)


def given(sample: Sample) -> dry_run.DryRun:
    """Decode an own sample as it would come."""
    message = Message(topic=sample.topic, payload=sample.payload, received=RECEIVED)
    models = dry_run.OneModel(sample.model) if sample.model else {}
    return dry_run.judge([message], DecodeContext(zone="Europe/Stockholm", models=models, mappings=MAPPINGS))


def told(was: dry_run.DryRun) -> str:
    """Write the readings as a sample's `gives` does."""
    if was.outcome != "readings":
        return f"{was.outcome}: {was.reason}"
    own = {r.time for r in was.readings} - {RECEIVED}
    shared_time = len({r.time for r in was.readings}) == 1
    texts = []
    for r in was.readings:
        period = f"/{r.period_s:g}" if r.period_s else ""
        time = f" @{r.time:%H:%M:%S}" if r.time in own and not shared_time else ""
        texts.append(f"{r.channel} {r.metric} {round(r.value, 4):.10g}{period}{time}")
    return ", ".join(texts) + (f" | {own.pop():%H:%M:%S}" if own and shared_time else "")


@pytest.mark.parametrize(
    "sample", SAMPLES, ids=[f"{n}-{s.model or s.adapter}" for n, s in enumerate(SAMPLES)]
)
def test_own_sample(sample: Sample) -> None:
    was = given(sample)
    if was.readings:  # in whatever order
        assert sorted(re.split(", | \\| ", told(was))) == sorted(re.split(", | \\| ", sample.gives))
    else:
        assert told(was).startswith(sample.gives)
