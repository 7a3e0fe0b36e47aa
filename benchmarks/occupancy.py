"""How true the occupancy figures are: every standard world by every estimator, into results-occupancy.md.

    python -m benchmarks.occupancy [--seeds 3] [--sdu rooms_1min.csv] [--write]

Prints the tables, last one line of JSON with the averages. `--write` puts them into the page between its markers; what
the seeds draw is the same on every machine. `--sdu` adds two real rooms: "SDU OU44", 15 days by minute as cameras saw
them, corrected by hand (doi 10.1145/3277868.3277875, CC BY 4.0), with counters of ten seeds over their doors.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, time, timedelta
from pathlib import Path

from benchmarks._page import write_tables
from besok.files import csvfile
from besok.files.csvfile import Row, Table
from cli.terminal.tables import table
from cli.worlds import report, rooms, score
from cli.worlds.judge import ESTIMATORS
from cli.worlds.report import AVERAGE, HEADS, SITE, Line, percent, plain
from cli.worlds.rooms import Way
from cli.worlds.targets import missed
from cli.worlds.world import World

SDU_ROOMS = {"1": ("lecture room", 84), "2": ("study room", 32)}  # with their seats


def main(args: argparse.Namespace) -> None:
    """Judge, print, and write if asked to."""
    seeds = range(1, args.seeds + 1)
    scores = score.standard_worlds(seeds, _told)
    blocks = {"worlds": overview(scores.lines, scores.abouts), "averages": averages(scores.lines),
              "figures": every(scores.lines)}  # fmt: skip
    unreached = missed(scores.lines)
    blocks["targets"] = "".join(f"- {text}\n" for text in unreached) or "All targets are reached.\n"
    if args.sdu:
        real = score.judged(world for seed in range(1, 11) for world in sdu(args.sdu, seed))
        blocks["rooms"] = every(real.lines)
    print("\n".join(table(HEADS, map(report.cells, scores.lines), 2)))
    for block in blocks.values():
        print(f"\n{block}", end="")
    if args.write:
        write_tables("occupancy", blocks)
    print(json.dumps([asdict(line) for line in scores.lines if line.world == AVERAGE]))


def sdu(path: Path, seed: int, miss: float = 0.04) -> list[World]:
    """The lecture room and the study room, each a world. Their dates are removed; days begin at midnight."""
    found = csvfile.read(path, need=("day_id", "time_local", "room", "occupants"))
    begins = date(2018, 4, 2)
    rows = [
        Row(
            line=row.line,
            texts={
                "time": f"{begins + timedelta(days=int(row.texts['day_id']))} {row.texts['time_local']}",
                "room": SDU_ROOMS[row.texts["room"]][0],
                "people": row.texts["occupants"],
            },
        )
        for row in found.rows
    ]
    worlds: list[World] = []
    for name, seats in SDU_ROOMS.values():
        own = Table(
            columns=("time", "room", "people"), rows=tuple(r for r in rows if r.texts["room"] == name)
        )
        worlds += rooms.of_table(own, Way(reset=time(0), capacity=seats, miss=miss), seed)
    return worlds


def overview(lines: Sequence[Line], abouts: dict[str, str]) -> str:
    """The error of each estimator in each world as a share of the people there, and the coverage of Besök's."""
    rows = [[name, abouts[name], *_row(lines, name)] for name in abouts]
    heads = ["world", "what is wrong", "people", *ESTIMATORS, "live covers", "smoothed covers"]
    return markdown(heads, rows)


def _row(lines: Sequence[Line], world: str) -> Iterator[str]:
    own = {line.estimator: line for line in lines if (line.world, line.of) == (world, SITE)}
    yield plain(own["live"].people)
    yield from (percent(own[name].relative, ".1f") for name in ESTIMATORS)
    yield from (percent(own[name].coverage) for name in ("live", "smoothed"))


def averages(lines: Sequence[Line]) -> str:
    """The means over the worlds: the sites, and the spaces inside the simulated house."""
    rows = [
        cells[1:4] + cells[6:] for cells in (report.cells(line) for line in lines if line.world == AVERAGE)
    ]
    return markdown([*HEADS[1:4], *HEADS[6:]], rows)


def every(lines: Sequence[Line]) -> str:
    """All figures."""
    return markdown(HEADS, [report.cells(line) for line in lines])


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of a page."""
    return "".join(f"| {' | '.join(row)} |\n" for row in (heads, ["---"] * len(heads), *rows))


def _told(world: str) -> None:
    print(f"{world} is judged", file=sys.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sdu", type=Path)
    parser.add_argument("--write", action="store_true")
    main(parser.parse_args())
