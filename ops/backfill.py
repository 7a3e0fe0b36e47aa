"""Simulated history: whole days of messages through the same adapters and the same write path as live ones."""

import ctypes
import json
import os
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from core.errors import StoreUnavailable
from core.site import SiteFile

PORTION = 7  # days written at once: enough to be quick, few enough for the bar to move
WORKERS = max(1, min(4, os.cpu_count() or 1))
PATIENCE_S = 60.0  # for a database that is away


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Some days of history and who writes them where."""

    url: str
    sites: SiteFile
    first: date
    last: date
    seed: int


def run(url: str, sites: SiteFile, first: date, last: date, seed: int, remember: Path | None = None) -> int:
    """Write the days `first` to `last` with a progress bar and return the number of readings written.

    `remember` is a file that is told how far it came, in order, so that an interrupted run can go on from there.
    """
    days = (last - first).days + 1
    if days < 1:
        return 0
    readings = 0
    with _bar() as bar, _pool() as pool:
        task = bar.add_task("Simulating history", total=days)
        for portion, written in _in_order(pool, list(_portions(url, sites, first, last, seed))):
            readings += written
            bar.advance(task, (portion.last - portion.first).days + 1)
            if remember:
                _write(remember, portion.last)
    return readings


def done_until(remember: Path) -> date | None:
    """The last day of the history that was written, as the file `remember` has it."""
    try:
        return date.fromisoformat(json.loads(remember.read_text())["done_until"])
    except (FileNotFoundError, ValueError, KeyError):
        return None


def _write(remember: Path, day: date) -> None:
    draft = remember.with_suffix(".new")
    draft.write_text(json.dumps({"done_until": day.isoformat()}))
    draft.replace(remember)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("days"))
    return Progress(*columns, TimeRemainingColumn())


def _pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def _portions(url: str, sites: SiteFile, first: date, last: date, seed: int) -> Iterator[Portion]:
    while first <= last:
        end = min(last, first + timedelta(days=PORTION - 1))
        yield Portion(url=url, sites=sites, first=first, last=end, seed=seed)
        first = end + timedelta(days=1)


def _in_order(pool: ProcessPoolExecutor, portions: Sequence[Portion]) -> Iterator[tuple[Portion, int]]:
    futures: list[Future[int]] = [pool.submit(_write_portion, portion) for portion in portions]
    try:
        for portion, future in zip(portions, futures, strict=True):
            yield portion, future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _write_portion(portion: Portion) -> int:
    """Make the messages of some days, decode them and write them; in a process of its own."""
    from sensors_sim.backfill import messages

    from collectors.pipeline import decode
    from store.database import Database
    from store.write import write

    written = 0
    with Database(portion.url, pool_size=1) as db:
        for chunk in messages(portion.sites, portion.first, portion.last, portion.seed):
            batch = decode(chunk)
            deadline = time.monotonic() + PATIENCE_S
            while True:
                try:
                    written += write(db, batch).readings
                    break
                except StoreUnavailable:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.5)
    return written
