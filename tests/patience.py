"""Waiting that ends when nothing moves, not by the clock: a busy machine makes it patient."""

import contextlib
import time
from collections.abc import Callable
from multiprocessing import active_children

import psutil

ANSWER_S = 300  # for an answer or the end of a thread: all of it passes only where nothing comes at all
SCREEN_MS = 90_000  # for what a page shall show
MEASURED_EVERY_S = 1.0
WORK_S = 0.005  # of processor time, by which the load is measured
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.01, 0.1  # between two questions, which take the processor from what works


class Patience:
    """Counts down `limit_s` seconds as an idle machine would need them; progress begins the count again."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._spent_s = 0.0
        self._slowdown = 1.0
        self._last = self._measured = time.monotonic()
        self._seen: object = None

    def is_over(self, progress: object = None) -> bool:
        """Tell whether to give up; to be asked again and again. `progress` is anything that changes while it moves."""
        now = time.monotonic()
        if now - self._measured > MEASURED_EVERY_S:
            self._slowdown, self._measured = slowdown(), now
        self._spent_s += (now - self._last) / self._slowdown
        self._last = now
        if progress != self._seen:
            self._seen, self._spent_s = progress, 0.0
        return self._spent_s > self._limit_s


def slowdown() -> float:
    """Measure how much longer than on an idle machine a piece of work takes here and now; at least 1."""
    clock, processor = time.perf_counter(), time.thread_time()
    while (worked := time.thread_time() - processor) < WORK_S:
        pass
    return max(1.0, (time.perf_counter() - clock) / worked)


def spent_beside() -> dict[int | None, object]:
    """The processor time of work beside this process: it yields to everything, and gets little of a busy machine."""
    found: dict[int | None, object] = {}
    for child in active_children():
        with contextlib.suppress(psutil.Error):  # it has just ended
            found[child.pid] = psutil.Process(child.pid).cpu_times()[:2]
    return found


def wait_for(
    condition: Callable[[], object], limit_s: float = 60, progress: Callable[[], object] = spent_beside
) -> object:
    """Ask again until the answer is true, and return it; fail once nothing has moved for `limit_s` seconds."""
    patience, pause_s = Patience(limit_s), FIRST_PAUSE_S
    while not (answer := condition()):
        assert not patience.is_over(progress()), f"still not so after {limit_s:g} s in which nothing moved"
        time.sleep(pause_s)
        pause_s = min(1.5 * pause_s, LONGEST_PAUSE_S)
    return answer
