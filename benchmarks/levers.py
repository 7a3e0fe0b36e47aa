"""Whether levers are told truly: `python -m benchmarks.levers [--rounds 6] [--seed 1]`.

Real streets (`../shared/data`) in which nobody pulled a lever: Sundays open from a week on or now and then, an hour
more on five days from a week on, a door from a week on, and events, all at random times, with no effect and with one
that is multiplied into the weeks. "Found" is how often a lever was told to bring more visits or fewer: without an
effect that should be 5 % or less. "Held" is how often the 95 % interval held the truth.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from benchmarks._series import DATA, STREETS, by_day, streets
from besok.analytics.levers import LeverHistory, estimate_levers
from besok.model.arrays import Floats
from besok.model.levers import Lever

EFFECTS: dict[Lever, float] = {"sunday": 0.1, "evenings": 0.6 * np.log(65 / 60), "door": 0.08, "event": 0.02}
LENGTHS = (80, 130, 200)  # weeks
LEAST_WEEKS = 60


def weekly(city: str) -> dict[str, Floats]:
    """Return the whole weeks of each sensor, NaN where a day is missing."""
    times, sensors = streets(city)
    found = {}
    for name, counts in sensors.items():
        first, days = by_day(times, counts)
        days = days[-(int(first.astype(int)) + 3) % 7 :]  # from a Monday on
        weeks = days[: len(days) // 7 * 7].reshape(-1, 7).sum(axis=1)
        found[f"{city} {name}"] = np.where(weeks > 0, weeks, np.nan)
    return found


def pulled(weeks: int, rng: np.random.Generator) -> dict[Lever, LeverHistory]:
    """Return levers that were pulled at random."""
    week = np.arange(weeks)

    def since() -> Floats:
        return (week >= rng.integers(weeks // 5, 4 * weeks // 5)).astype(float)

    sunday = since() if rng.random() < 0.5 else (rng.random(weeks) < 0.6).astype(float)
    hour = float(np.log(65 / 60))
    return {
        "sunday": LeverHistory(values=sunday, dose=1.0),
        "evenings": LeverHistory(values=np.log(60.0) + hour * since(), dose=hour),
        "door": LeverHistory(values=since(), dose=1.0),
        "event": LeverHistory(values=rng.poisson(1.0, weeks).astype(float), dose=1.0),
    }


def judged(rounds: int, seed: int) -> Iterator[tuple[str, Lever, float, bool, bool]]:
    """Yield city, lever, effect (log), whether the interval held it and the lever was found; none without data."""
    rng = np.random.default_rng(seed)
    cities = STREETS if DATA.is_dir() else ()
    for name, series in (found for city in cities for found in weekly(city).items()):
        for _ in range(rounds):
            length = min(int(rng.choice(LENGTHS)), len(series))
            begin = int(rng.integers(0, len(series) - length + 1))
            part = series[begin : begin + length]
            if np.isfinite(part).sum() < LEAST_WEEKS:
                continue
            levers = pulled(length, rng)
            for strength in (0.0, 1.0):
                moved = sum(
                    strength * EFFECTS[lever] * (h.values - h.values[0]) / h.dose
                    for lever, h in levers.items()
                )
                visits = part * np.exp(moved)
                a_year = 52 * float(np.nanmean(visits[np.isfinite(visits)][-52:]))
                for one in estimate_levers(visits, levers):
                    if one.visits_a_year is None:
                        continue
                    effect = strength * EFFECTS[one.lever]
                    truth = a_year * np.expm1(effect)
                    held = bool(one.visits_a_year.lower <= truth <= one.visits_a_year.upper)
                    yield name.split()[0], one.lever, effect, held, one.verdict in ("more", "fewer")


def main() -> None:
    """Print a row for each lever with and without an effect, and each city's share of intervals that held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rows, cities = defaultdict(list), defaultdict(list)
    for city, lever, effect, *told in judged(asked.rounds, asked.seed):
        rows[lever, effect].append(told)
        cities[city].append(told[0])
    print("| lever | effect | cases | held | found |\n|---|---|---|---|---|")
    for (lever, effect), cases in sorted(rows.items()):
        held, found = np.mean(cases, axis=0)
        print(f"| {lever} | {effect:.3f} | {len(cases)} | {held:.2f} | {found:.2f} |")
    by_city = {city: round(float(np.mean(held)), 3) for city, held in cities.items()}
    print(json.dumps({"held": by_city}))


if __name__ == "__main__":
    main()
