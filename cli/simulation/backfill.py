"""Simulated history, through the same adapters and write path as live messages."""

import ctypes
import gc
import os
import signal
import time
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from hashlib import blake2b
from multiprocessing import get_context
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from besok.model.calendar import day_bounds, portions
from besok.model.errors import BesokError, StoreUnavailable
from besok.model.readings import Message
from besok.model.site import SiteFile
from besok.store.backfill import Run
from besok.store.database import Database
from besok.store.sites import load_all
from besok.store.write import Batch, write
from cli.simulation import history
from cli.simulation.history import DAY, Gap
from collectors.pipeline import decode
from sensors_sim import backfill, stream
from sensors_sim.scenario import ORDINARY, Scenario

PORTION = 28  # days written at once: enough to be quick, few enough for the bar to move
WORKERS = max(1, min(4, os.cpu_count() or 1))  # each writes its own sensors, so that none waits for another
PATIENCE_S = 60.0  # for a database that is away


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Some days of history, of which a worker writes the sensors that fall to its `share` of WORKERS."""

    url: str
    sites: SiteFile
    gap: Gap
    seed: int
    share: int = 0
    scenario: Scenario = ORDINARY

    def takes(self, site: str, device: str) -> bool:
        """Tell whether the device belongs to this share."""
        return zlib.crc32(f"{site}/{device}".encode()) % WORKERS == self.share

    def messages(self) -> Iterator[list[Message]]:
        """Return the messages of the share's sensors, in batches."""
        gap = self.gap
        if not gap.live:
            return backfill.messages(self.sites, gap.first, gap.last, self.seed, self.takes, self.scenario)
        site = self.sites.sites[0]
        start, end = day_bounds(gap.first, site)[0], day_bounds(gap.last, site)[1]
        return stream.messages(self.sites, start, end, self.seed, selected=self.takes, scenario=self.scenario)


def run(
    url: str,
    sites: SiteFile,
    gap: Gap,
    seed: int,
    remember: Path | None = None,
    scenario: Scenario = ORDINARY,
) -> int:
    """Write the days of `gap` with a progress bar and return the number of new or changed readings.

    A killed run resumes where it was if it is started again with the same arguments; one with a file `remember`, which
    records its progress, resumes from there. Raises BesokError for a real site.
    """
    _refuse_real(url, sites)
    written = 0
    with Database(url, pool_size=1) as db, _bar() as bar, _pool() as pool:
        account = _account(sites, gap, seed, scenario, remember)
        since = None if remember else account.done_until(db)
        days = (gap.last - gap.first) // DAY + 1
        done = (since - gap.first) // DAY + 1 if since else 0
        progress = bar.add_task("Simulating history", total=days, completed=done)
        left = replace(gap, first=gap.first + done * DAY)
        account.advance(db, left.first - DAY)  # from now on jobs wait until the past is whole
        tasks = [
            Task(url=url, sites=sites, gap=replace(left, first=a, last=b), seed=seed, scenario=scenario)
            for a, b in portions(left.first, left.last, PORTION)
        ]
        for task, readings in _in_order(pool, tasks):
            written += readings
            bar.advance(progress, (task.gap.last - task.gap.first) // DAY + 1)
            if remember:
                history.advance(remember, task.gap.last)
            account.advance(db, task.gap.last)
        account.finish(db)
    return written


def _account(sites: SiteFile, gap: Gap, seed: int, scenario: Scenario, remember: Path | None) -> Run:
    """Return the account of a run: that of its file, or a hash of all that its readings are made from."""
    made_from = repr(remember or (sites, gap, seed, scenario)).encode()
    digest = blake2b(made_from, digest_size=16).hexdigest()
    return Run(digest=digest, sites=[site.id for site in sites.sites])


def _refuse_real(url: str, sites: SiteFile) -> None:
    """Raise BesokError if a known site is not a sandbox: its history is of real people."""
    with Database(url, pool_size=1) as db:
        real = {site.id for site in load_all(db) if not site.sandbox} & {site.id for site in sites.sites}
    if real:
        names = ", ".join(sorted(real))
        raise BesokError(
            f"no history is made up for a real site ({names}): `besok site apply --sandbox` makes a sandbox"
        )


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("days"))
    return Progress(*columns, TimeRemainingColumn())


def _pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        WORKERS, mp_context=get_context("spawn"), initializer=_prepare_worker, initargs=(os.getpid(),)
    )


def _prepare_worker(parent: int) -> None:
    gc.disable()  # hundreds of thousands of readings at a time, and no cycles among them: searching is a waste
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the kernel was told
        os._exit(1)


def _in_order(pool: ProcessPoolExecutor, tasks: Sequence[Task]) -> Iterator[tuple[Task, int]]:
    """Each task with its number of readings, once it and all before it are written."""
    shares = [[replace(task, share=n) for n in range(WORKERS)] for task in tasks]
    written: list[list[Future[int]]] = [[pool.submit(_write_share, share) for share in row] for row in shares]
    try:
        for task, futures in zip(tasks, written, strict=True):
            yield task, sum(future.result() for future in futures)
    finally:
        pool.shutdown(cancel_futures=True)


def _write_share(task: Task) -> int:
    """Make the messages of the task's days, decode its share of them and write it; in a process of its own."""
    with Database(task.url, pool_size=1) as db:
        return sum(_write(db, decode(lot)) for lot in task.messages())


def _write(db: Database, batch: Batch) -> int:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return write(db, batch).readings
        except StoreUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
