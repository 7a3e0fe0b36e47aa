"""What payloads are decoded into: the project's own samples in full, real ones as digests."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from normal import pretty

from besok.model.decode_context import DecodeContext
from besok.model.errors import BesokError
from cli.standalone import dry_run
from tests.unit.samples import MAPPINGS, SAMPLES

RECEIVED = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)
KNOWN = DecodeContext(zone="Europe/Stockholm", mappings=MAPPINGS)


def decoded(content: bytes, topic: str = "", model: str = "") -> object:
    """Return what `besok adapter try --json` prints."""
    request = dry_run.Request(content=content, received=RECEIVED, topic=topic, model=model)
    try:
        return json.loads(dry_run.as_json(dry_run.run(request, KNOWN)))
    except BesokError as exc:
        return {"error": str(exc)}


def test_own_samples(golden: Callable[..., None]) -> None:
    number: Counter[str] = Counter()
    found = {}
    for sample in SAMPLES:
        kind = sample.model or sample.adapter
        number[kind] += 1
        found[f"{kind} {number[kind]}"] = decoded(sample.payload, sample.topic, sample.model)
    golden("decoding", {"samples.json": pretty(found)}, "samples.json")


def test_real_payloads(shared: Path, golden: Callable[..., None]) -> None:
    """Only digests are kept: run `besok adapter try --json` before and after a change to see a difference."""
    files = sorted((shared / "payloads").glob("**/*.json"))
    results = {str(file.relative_to(shared)): pretty(decoded(file.read_bytes())) for file in files}
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in results.items()}
    golden("decoding", {"payloads.json": pretty(digests)}, "payloads.json")
