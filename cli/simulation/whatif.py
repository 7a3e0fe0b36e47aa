"""`besok simulate what-if`: the days to look at, processes for the work, and the answer as table or JSON."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.progress import track

from besok.model.errors import ScenarioError
from besok.model.site import WEEKDAYS
from besok.model.views.whatif import Answer, Holds, Replicated, SpaceStrain
from cli.terminal.tables import table
from sensors_sim.scenario import Scenario
from sensors_sim.utilisation import Utilisation
from sensors_sim.whatif import FACTORS, Question, Task, bounded, what_if

DAY = timedelta(days=1)
USUALLY: Final = 28  # days looked at, where nobody says how many
FEW: Final = 8  # worlds that are made sooner than a process is started


def days(scenario: Scenario, first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """Return the business days to simulate: those requested, else the scenario's, else four weeks from the next Monday.

    Days on which the scenario does not hold are left out. Raises ScenarioError if none is left.
    """
    begin = first or scenario.first or today + (7 - today.weekday()) * DAY
    until = last or scenario.last or begin + (USUALLY - 1) * DAY
    begin, until = max(begin, scenario.first or begin), min(until, scenario.last or until)
    if until < begin:
        raise ScenarioError([_no_days_left(scenario, f"{until} is before {begin}")])
    return begin, until


def _no_days_left(scenario: Scenario, otherwise: str) -> str:
    ends = [f"{word} {day}" for word, day in (("from", scenario.first), ("to", scenario.last)) if day]
    bounds = f"{scenario.id} holds {' '.join(ends)}: name days in that time, or the day it shall begin on with --begins"
    return bounds if ends else otherwise


def ask(question: Question) -> Answer:
    """Yield the answer, computed by as many processes as there are cores, with a progress bar on the error output."""
    console = Console(stderr=True)

    def each(look: Callable[[Task], Utilisation], tasks: Sequence[Task]) -> Iterator[Utilisation]:
        workers = min(os.cpu_count() or 1, len(tasks) // FEW)
        bar = {"description": "Simulating", "total": len(tasks), "console": console, "transient": True}
        if workers < 2:
            yield from track(map(look, tasks), **bar)  # type: ignore[arg-type]
            return
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else threads and processes wait for each other
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield from track(pool.map(look, tasks), **bar)  # type: ignore[arg-type]

    return what_if(question, each)


def as_text(answer: Answer) -> str:
    """Return the answer as tables for people."""
    judged = [space for space in answer.spaces if space.capacity]
    breaking = [space for space in judged if not _ample(space)]
    ample = ", ".join(s.space for s in judged if _ample(s)) or "none"
    lines = [
        f"What breaks first: {answer.title.en} ({answer.first} to {answer.last})",
        _replications(len(answer.seeds)),
        *(f"Note: {note}" for note in answer.notes),
        "",
        *table(SPACE_HEADS, [_space_row(space) for space in breaking], left=[len(SPACE_HEADS) - 1]),
        f"Within capacity at {FACTORS[-1]:g} times the visitors: {ample}" if judged else NO_CAPACITY,
        "",
        *table(
            ["VISITS A DAY", "today", "then", "times"],
            [[s.site, between(s.today), between(s.then), between(s.times, 2)] for s in answer.sites],
        ),
    ]
    return "\n".join(lines)


SPACE_HEADS: Final = (
    *("SPACE", "capacity", "holds today", "holds then", "peak today", "peak then", "over today", "over then"),
    *("sure", "when then"),
)
NO_CAPACITY: Final = "No space has a capacity, so that none can be over it: say it in the site file"


def _replications(count: int) -> str:
    return (
        f"{count} replications; in brackets the interval that holds 80 % of them"
        if count > 1
        else "1 replication"
    )


def _ample(space: SpaceStrain) -> bool:
    return space.today.holds.low is None and space.then.holds.low is None


def _space_row(space: SpaceStrain) -> list[str]:
    today, then = space.today, space.then
    return [
        space.space,
        str(space.capacity),
        _limit_text(today.holds),
        _limit_text(then.holds) if then.peak.high else "nobody",  # what is closed breaks never
        between(today.peak),
        between(then.peak),
        between(today.over),
        between(then.over),
        f"{then.surely:.0%}",
        _when(space),
    ]


def _when(space: SpaceStrain) -> str:
    """Return the two longest windows briefly: "Sat 12-16 (131 min)"."""
    times = space.when[:2]
    return ", ".join(
        f"{WEEKDAYS[w.weekday][:3].capitalize()} {w.start}-{w.end} ({max(1, round(w.minutes))} min)"
        for w in times
    )


def between(figure: Replicated, digits: int = 0) -> str:
    """Return the middle value, with the interval in brackets if it has any width."""
    mid, low, high = (f"{f:.{digits}f}" for f in (figure.mid, figure.low, figure.high))
    return mid if low == high else f"{mid} ({low}-{high})"


def _limit_text(limit: Holds) -> str:
    mid, low, high = (bounded(f) for f in (limit.mid, limit.low, limit.high))
    return mid if low == high else f"{mid} ({low}-{high})"


def as_json(answer: Answer) -> str:
    """One JSON object. docs/reference/scenarios.md describes it."""
    return json.dumps(as_body(answer), ensure_ascii=False, indent=1)


def as_body(answer: Answer) -> dict[str, Any]:
    """Return the answer as JSON types, with rounded numbers."""
    return dict(_rounded(msgspec.to_builtins(answer)))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(v) for key, v in value.items()}
    if isinstance(value, list):
        return [_rounded(v) for v in value]
    return round(value, 3) if isinstance(value, float) else value
