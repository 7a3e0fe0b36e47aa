"""How fast the simulator makes people, history and live messages of the example site, on one core.

    python -m benchmarks.simulate [days]

World: all steps of all people. History: the messages of `simulate backfill`, JSON included, before they are decoded.
Stream: the messages of `simulate live`. Published: the same, through a private broker until all are acknowledged.
"""

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.settings import Settings
from core.sitefile import parse
from ops import mosquitto, ports
from sensors_sim import backfill, live, stream
from sensors_sim.world import World

EXAMPLE = Path(__file__).parents[1] / "sites" / "helsingborg.toml"
END = datetime(2026, 11, 24, 3, tzinfo=UTC)  # 04:00 in Helsingborg, between two business days


def main(days: int) -> None:
    """Measure and print; the last line is JSON."""
    sites = parse(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE.name)
    start, day = END - timedelta(days=days), END - timedelta(days=1)
    world, steps, people = World(sites), 0, 0
    with _watch() as world_s:
        for first, last in world.chunks(start, END):
            moves = world.days(first, last)
            steps += len(moves)
            people += int((moves.inward & (world.ground.outer[moves.edge] == world.ground.outside)).sum())
    with _watch() as history_s:
        items = sum(m.payload.count(b'"time"') for lot in backfill.messages(sites, start, END) for m in lot)
    with _watch() as stream_s:
        sent = sum(len(lot) for lot in stream.messages(sites, day, END))
    with mosquitto.temporary(*ports.free()) as broker, _watch() as live_s:
        settings = Settings(mqtt_port=broker.port)
        live.run(sites, settings, stop=threading.Event(), start=day, end=END)
    print(f"world:     {days} days, {people:,} people, {steps:,} steps in {world_s[0]:.1f} s")
    print(f"history:   {days} days, {items:,} items in {history_s[0]:.1f} s")
    print(f"stream:    1 day, {sent:,} messages in {stream_s[0]:.2f} s")
    print(f"published: 1 day, {sent:,} messages in {live_s[0]:.1f} s, {sent / live_s[0]:,.0f} a second")
    figures = {"history_s": round(history_s[0], 2), "items_per_s": round(items / history_s[0])}
    print(json.dumps({"days": days, **figures, "published_per_s": round(sent / live_s[0])}))


@contextmanager
def _watch() -> Iterator[list[float]]:
    """A list that holds the seconds the block took, once it has ended."""
    took: list[float] = []
    began = time.perf_counter()
    yield took
    took.append(time.perf_counter() - began)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3 * 365)
