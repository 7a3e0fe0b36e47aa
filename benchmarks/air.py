"""What carbon dioxide adds to the counts of doors, in two real rooms, and what it spoils when its sensor fails.

    python -m benchmarks.air rooms_1min.csv [--seeds 4] [--faults]

The file is "SDU OU44": 15 days by minute, people as cameras saw them, corrected by hand, and carbon dioxide (doi
10.1145/3277868.3277875, CC BY 4.0). Counters that miss 3, 6 and 10 % are put over the doors; a third of the days is
there to be learnt from. Each line: the error (RMSE, people) and the coverage of the 80 % interval without and with air.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.occupancy import SDU_ROOMS, sdu
from besok.analytics import occupancy
from besok.analytics.occupancy import DayObservations
from besok.model.arrays import Floats
from besok.model.building import Building
from besok.model.occupancy import Estimate
from cli.simulation.judged_world import JudgedWorld, by_quarters

MISSES = (0.03, 0.06, 0.10)
ESTIMATORS: dict[str, Callable[[Building, DayObservations, occupancy.SiteParameters], Estimate]] = {
    "live": occupancy.live, "smoothed": occupancy.smoothed,
}  # fmt: skip


def _at(steps: int) -> Floats:
    return np.arange(steps, dtype=np.float64)[:, None]


FAULTS: dict[str, Callable[[Floats], Floats]] = {
    "well": lambda ppm: ppm,
    "stuck from 10:00": lambda ppm: np.where(_at(len(ppm)) < 600, ppm, ppm[600]),
    "jumping by 400 ppm": lambda ppm: ppm + 400 * (_at(len(ppm)) // 40 % 3 == 1),
    "recalibrated in the night": lambda ppm: ppm + 100,
    "recalibrated at noon": lambda ppm: ppm + 100 * (_at(len(ppm)) > 720),
    "in per cent": lambda ppm: ppm / 10_000,
    "tenfold": lambda ppm: ppm * 10,
    "silent for hours": lambda ppm: np.where(_at(len(ppm)) // 100 % 3 == 1, np.nan, ppm),
    "window open from 10:00": lambda ppm: np.where(_at(len(ppm)) < 600, ppm, 400 + (ppm - 400) / 3),
}


def main(args: argparse.Namespace) -> None:
    """Print the lines, last one of JSON."""
    faults = FAULTS if args.faults else {"well": FAULTS["well"]}
    found = {}
    for miss in MISSES[1:2] if args.faults else MISSES:
        for room in SDU_ROOMS:
            lots = [list(judged(args.file, room, miss, seed, faults)) for seed in range(1, args.seeds + 1)]
            for n, (fault, estimator, *_) in enumerate(lots[0]):
                figures = np.mean([lot[n][2:] for lot in lots], axis=0)
                better = sum(lot[n][4] < lot[n][2] for lot in lots)
                rmse, covers, with_rmse, with_covers = figures.tolist()
                name = f"{SDU_ROOMS[room][0]}, {miss:.0%} missed, {fault}, {estimator}"
                found[name] = round(with_rmse / rmse, 3)
                print(f"{name:64} without {rmse:.2f} ({covers:.0%})  with {with_rmse:.2f} ({with_covers:.0%})  "
                      f"{with_rmse / rmse - 1:+.1%}, better in {better} of {len(lots)}", flush=True)  # fmt: skip
    print(json.dumps(found))


def judged(
    path: Path, room: str, miss: float, seed: int, faults: dict[str, Callable[[Floats], Floats]]
) -> Iterator[tuple[str, str, float, float, float, float]]:
    """Of a room: fault, estimator, error and coverage without air, and the same with it; faults come on judged days."""
    world = next(w for w in sdu(path, seed, miss) if w.name == SDU_ROOMS[room][0])
    days = [replace(seen, co2=air) for seen, air in zip(world.seen, readings(path, room, world), strict=True)]
    without = {name: _figures(world, world.seen, world.seen, name) for name in ESTIMATORS}
    for fault, change in faults.items():
        today = [replace(seen, co2=change(seen.co2)) for seen in days]
        for name in ESTIMATORS:
            yield fault, name, *without[name], *_figures(world, today, days, name)


def readings(path: Path, room: str, world: JudgedWorld) -> list[Floats]:
    """Return the carbon dioxide of each day of a world of this room (steps x 1)."""
    frame = pd.read_csv(path, dtype={"room": str})
    values = frame.loc[frame["room"] == room, "co2_ppm"].to_numpy(float)
    stops = np.cumsum([len(seen) for seen in world.seen])
    return [day[:, None] for day in np.split(values, stops[:-1])]


def _figures(
    world: JudgedWorld, today: Sequence[DayObservations], before: Sequence[DayObservations], estimator: str
) -> tuple[float, float]:
    """Error and coverage of the judged days; each knows those before it by quarters of an hour."""
    past = [by_quarters(seen) for seen in before]
    off, covered = [], []
    for n in range(world.judged, len(today)):
        found = ESTIMATORS[estimator](world.building, today[n], occupancy.learn(world.building, past[:n]))
        off.append(found.people - world.real[n])
        covered.append((found.lower <= world.real[n]) & (world.real[n] <= found.upper))
    return float(np.sqrt(np.mean(np.concatenate(off) ** 2))), float(np.concatenate(covered).mean())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--faults", action="store_true", help="with a sensor that fails; 6 % missed alone")
    main(parser.parse_args())
