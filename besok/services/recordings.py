"""Recordings of real traffic: what the sensors of a site sent in a stretch of time, as messages of native sensors.

Nothing is copied: what sensors send is stored as readings, so a recording is a stretch of them with a name. Its file
has the form of `besok simulate record`.
"""

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from besok.model.metrics import METRICS, Kind
from besok.model.readings import Message
from besok.model.scenario_sandbox import played_by
from besok.model.scenarios import ScenarioSpec, recorded_span
from besok.model.site import Sensor, Site
from besok.model.views.scenarios import ScenarioRun
from besok.store import identity
from besok.store.database import Database

FORM: Final = 1  # of the files
PART: Final = timedelta(hours=1)  # read at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    channel: int
    metric: str
    time: datetime
    value: float
    period_s: float
    wraps: int


def messages(
    db: Database, site: Site, name: str, span: tuple[datetime, datetime], then: datetime, by: timedelta
) -> Iterator[Message]:
    """Yield what sensors placed at `then` sent, in order, as native messages of the site `name`, with times moved."""
    (start, end), speakers = span, played_by(site, then)
    with db.transaction() as conn:
        ids = identity.find_channels(conn, speakers)
    channels = {channel: speakers[key] for key, (channel, _) in ids.items()}
    parts = [start + n * PART for n in range(max(0, (end - start) // PART) + 1)]
    for since, until in pairwise([*parts, end]):
        for sent in db.fetch("recorded", _Sent, channels=list(channels), start=since, end=until):
            yield _message(sent, channels[sent.channel], name, sent.time + by)


def kept(db: Database, site: Site, spec: ScenarioSpec) -> Iterator[Message]:
    """Yield the messages of a recording as they were sent; none of another question."""
    if spec.recorded:
        span = recorded_span(spec, spec.recorded, site)
        yield from messages(db, site, site.id, span, span[0], timedelta())


def lines(db: Database, site: Site, run: ScenarioRun) -> Iterator[str]:
    """Yield the lines of a recording file; none if the run is not a recording."""
    if run.spec.recorded is None:
        return
    yield header([f"besok/v1/{site.id}/#"])
    yield from map(line, kept(db, site, run.spec))


def header(topics: Sequence[str]) -> str:
    """Return the first line of a recording."""
    return _line({"besok_recording": FORM, "topics": [*topics]})


def line(message: Message) -> str:
    """Return the line of a message: its payload as `text`, or as `base64` where it is none."""
    known: dict[str, object] = {
        "received": f"{message.received.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "topic": message.topic,
    }
    if message.retained:
        known["retained"] = True
    try:
        return _line({**known, "text": message.payload.decode()})
    except UnicodeDecodeError:
        return _line({**known, "base64": b64encode(message.payload).decode()})


def _message(sent: _Sent, sensor: Sensor, name: str, time: datetime) -> Message:
    flow = METRICS[sent.metric].kind is not Kind.LEVEL
    body = {
        "time": f"{time:%FT%T.%fZ}",
        sent.metric: bool(sent.value) if sent.metric == "occupied" else sent.value,
        "line" if flow else "region": sensor.channel_key.partition(":")[2],
        "simulated": True,
    }
    if flow:
        body |= {"period_s": sent.period_s, "wraps": sent.wraps}
    topic = f"besok/v1/{name}/{sensor.device}/{'flow' if flow else 'level'}"
    return Message(topic=topic, payload=json.dumps(body).encode(), received=time)


def _line(part: dict[str, object]) -> str:
    return json.dumps(part, ensure_ascii=False, separators=(",", ":")) + "\n"
