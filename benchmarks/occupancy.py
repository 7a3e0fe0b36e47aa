"""How true the occupancy figures are: every standard world by every estimator, into results-occupancy.md.

    python -m benchmarks.occupancy [--seeds 3] [--sdu rooms_1min.csv] [--write]
    python -m benchmarks.occupancy --rooms FILE [--seeds 3] [--capacity N] [--miss 0.04] [--closed 20:00-07:00]

Prints the tables, last one line of JSON with the averages. `--write` puts them into the page between its markers; what
the seeds draw is the same on every machine. `--sdu` adds two real rooms: "SDU OU44", 15 days by minute as cameras saw
them, corrected by hand (doi 10.1145/3277868.3277875, CC BY 4.0), with counters of ten seeds over their doors.
`--rooms` judges only the rooms of a file of `time,people` or `time,room,people`.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import time
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks._page import write_tables
from benchmarks.worlds import rooms, simulated, standard
from benchmarks.worlds.rooms import Way
from benchmarks.worlds.targets import EACH_WORLD, missed
from cli.simulation import score_table
from cli.simulation.judge import ESTIMATORS
from cli.simulation.judged_world import SITE, JudgedWorld
from cli.simulation.score import Scores, as_text, judged
from cli.simulation.score_table import AVERAGE, HEADS, percent, plain
from cli.standalone.estimate import clock, stretch
from cli.terminal.tables import table

SDU_ROOMS = {"1": ("lecture room", 84), "2": ("study room", 32)}  # with their seats


def main(argv: Sequence[str] | None = None) -> None:
    """Judge, print, and write if asked to."""
    args = arguments(argv)
    seeds = range(1, args.seeds + 1)
    if args.rooms:
        closed = stretch(args.closed) if args.closed else None
        way = Way(reset=clock(args.reset), closed=closed, capacity=args.capacity, miss=args.miss)
        print(as_text(judged(world for seed in seeds for world in rooms.worlds(args.rooms, way, seed))))
        return
    scores = standard_worlds(seeds, _report_judged)
    blocks = {"worlds": overview(scores.lines, scores.abouts), "averages": averages(scores.lines),
              "outside": outside(scores.lines), "figures": every(scores.lines)}  # fmt: skip
    unreached = missed(scores.lines)
    blocks["targets"] = "".join(f"- {text}\n" for text in unreached) or "All targets are reached.\n"
    if args.sdu:
        real = judged(world for seed in range(1, 11) for world in sdu(args.sdu, seed))
        blocks["rooms"] = every(real.lines)
    print("\n".join(table(HEADS, _cells(scores.lines), [2])))
    for block in blocks.values():
        print(f"\n{block}", end="")
    if args.write:
        write_tables("occupancy", blocks)
    print(scores.lines[scores.lines["world"] == AVERAGE].to_json(orient="records"))


def standard_worlds(
    seeds: Sequence[int], progress: Callable[[str], None] = lambda _: None, *, simulated_too: bool = True
) -> Scores:
    """Judge the light worlds for each seed and the simulated house for the first, in a process per processor."""
    makers: list[Callable[[], JudgedWorld]] = [
        partial(standard.world, recipe, seed) for recipe in standard.STANDARD for seed in seeds
    ]
    if simulated_too:
        makers += [partial(simulated.house, name, seeds[0]) for name in simulated.SCENARIOS]
    every = Scores()
    with ProcessPoolExecutor(min(len(makers), os.cpu_count() or 1), get_context("spawn")) as pool:
        for scores in pool.map(_judged, makers):
            progress(*scores.abouts)
            every.abouts.update(scores.abouts)
            every.verdicts.extend(scores.verdicts)
    return every


def _judged(maker: Callable[[], JudgedWorld]) -> Scores:
    return judged([maker()])


def sdu(path: Path, seed: int, miss: float = 0.04) -> list[JudgedWorld]:
    """Return the lecture room and the study room as worlds. Their dates are removed; days begin at midnight."""
    frame = pd.read_csv(path, dtype={"time_local": str, "room": str})
    begins = pd.Timestamp(2018, 4, 2) + pd.to_timedelta(frame["day_id"], unit="D")
    at = begins + pd.to_timedelta(frame["time_local"].str.pad(5, fillchar="0").str.slice(0, 5) + ":00")
    worlds: list[JudgedWorld] = []
    for room, (name, seats) in SDU_ROOMS.items():
        own = pd.DataFrame({"at": at, "room": name, "people": frame["occupants"].astype(float)})[
            frame["room"] == room
        ]
        worlds += rooms.of_frame(own, Way(reset=time(0), capacity=seats, miss=miss), seed)
    return worlds


def overview(lines: pd.DataFrame, abouts: dict[str, str]) -> str:
    """Return the error of each estimator in each world as a share of the people there, and the coverage of Besök's."""
    rows = [[name, abouts[name], *_row(lines, name)] for name in abouts]
    heads = ["world", "what is wrong", "people", *ESTIMATORS, "live covers", "smoothed covers"]
    return markdown(heads, rows)


def _row(lines: pd.DataFrame, world: str) -> Iterator[str]:
    sites = lines[(lines["world"] == world) & (lines["of"] == SITE)]
    own: dict[str, Any] = {str(line.estimator): line for line in sites.itertuples()}
    yield plain(own["live"].people)
    yield from (percent(own[name].relative, ".1f") for name in ESTIMATORS)
    yield from (percent(own[name].coverage) for name in ("live", "smoothed"))


def outside(lines: pd.DataFrame) -> str:
    """Return the worlds whose interval holds less or more often than it is wanted to, and how often."""
    least, most = EACH_WORLD
    own = lines[(lines["world"] != AVERAGE) & lines["estimator"].isin(["live", "smoothed"])]
    sides = (("too narrow", own["coverage"] < least), ("too wide", own["coverage"] > most))
    rows = [
        [how, str(name), ", ".join(_holding(one) for one in group.sort_values("coverage").itertuples())]
        for how, off in sides
        for name, group in own[off].groupby("estimator")
    ]
    return markdown(["interval", "estimator", "worlds, and in how many cases it holds"], rows)


def _holding(line: Any) -> str:
    return f"{line.world}{', spaces' * (line.of != SITE)} {percent(line.coverage, '.1f')}"


def averages(lines: pd.DataFrame) -> str:
    """Return the means over the worlds: the sites, and the spaces inside the simulated house."""
    rows = [cells[1:4] + cells[6:] for cells in _cells(lines[lines["world"] == AVERAGE])]
    return markdown([*HEADS[1:4], *HEADS[6:]], rows)


def every(lines: pd.DataFrame) -> str:
    """All figures."""
    return markdown(HEADS, [*_cells(lines)])


def _cells(lines: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    return map(score_table.cells, lines.itertuples())


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of a page."""
    return "".join(f"| {' | '.join(row)} |\n" for row in (heads, ["---"] * len(heads), *rows))


def _report_judged(world: str) -> None:
    print(f"{world} is judged", file=sys.stderr)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sdu", type=Path)
    parser.add_argument("--rooms", type=Path)
    parser.add_argument("--reset", default="04:00", help="when the business day of the rooms begins")
    parser.add_argument("--closed", help="when the rooms are closed: 20:00-07:00")
    parser.add_argument("--capacity", type=int, help="how many people a room holds")
    parser.add_argument(
        "--miss", type=float, default=0.04, help="share of passages that a counter misses, about"
    )
    parser.add_argument("--write", action="store_true")
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
