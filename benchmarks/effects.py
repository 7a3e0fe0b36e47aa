"""Whether effects of actions are told truly: `python -m benchmarks.effects [seeds]`.

Nothing is done, or visits are made a tenth or a fifth more, from a day drawn at random on; then the effect is asked
for. "Found" is how often it was told from chance: where nothing was done it should be 5 %. "Held" is how often the
95 % interval held the truth. Simulated libraries have a weekday's rhythm, weather that lasts some days, a yearly
swing, and a level that drifts; the streets are real, each judged by its own past, its Sundays by its other days, or by
the other sensors of the city.

`--write` renews the table in docs/effects.md.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from benchmarks._series import DATA, STREETS, by_day, streets
from core.analytics.effects import effect_of_action, effect_of_event

DOCS = Path(__file__).parents[1] / "docs" / "effects.md"
BEGIN, END = "<!-- benchmarks.effects begins -->", "<!-- benchmarks.effects ends -->"
GAINS = (0.0, 0.1, 0.2)
MONDAY = date(2022, 1, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question: visits by day without the action, when and on which days it acts, and what it is compared with."""

    name: str
    first: date
    visits: np.ndarray
    begins: int
    acted: np.ndarray | None = None
    controls: np.ndarray | None = None


def simulated(name: str, seeds: int, *, days: int, after: int, drift: float, sundays: bool = False) -> Iterator[Case]:
    """Libraries of some hundred visits a day, with a drift of the level by day (log)."""
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        t = np.arange(days)
        weekday = np.array([1, 1, 1, 1, 1.1, 1.2, 0.6])[t % 7]
        weather = np.zeros(days)
        for day in range(1, days):
            weather[day] = 0.4 * weather[day - 1] + rng.normal(0, 0.11)
        swing = 0.15 * np.sin(2 * np.pi * t / 365.25 + rng.uniform(0, 6)) + 0.07 * np.sin(4 * np.pi * t / 365.25)
        level = np.cumsum(rng.normal(0, drift, days))
        visits = rng.poisson(600 * weekday * np.exp(weather + swing + level)).astype(float)
        acted = t % 7 == 6 if sundays else None
        yield Case(name=name, first=MONDAY, visits=visits, begins=days - after, acted=acted)


def real(city: str, seeds: int, against: str) -> Iterator[Case]:
    """Days drawn from the sensors of a city; 26 weeks with the action, and up to four years before."""
    times, sensors = streets(city)
    columns = {name: by_day(times, counts)[1] for name, counts in sensors.items()}
    first = by_day(times, next(iter(sensors.values())))[0].astype(object)
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        name = str(rng.choice(list(columns)))
        visits = columns[name]
        begins = int(rng.integers(300, len(visits) - 182))
        end = begins + 182
        sunday = (np.arange(end) + first.weekday()) % 7 == 6
        others = np.stack([c[:end] for n, c in columns.items() if n != name], axis=1)
        yield Case(
            name=f"{city}, {against}", first=first, visits=visits[:end], begins=begins,
            acted=sunday if against == "Sundays by other days" else None,
            controls=others if against == "by other sensors" else None,
        )  # fmt: skip


def ask(case: Case, gain: float) -> tuple[bool, bool, float, float]:
    """Whether the effect was told from chance and held, its estimate, and half the width of its interval."""
    visits = case.visits.copy()
    there = np.arange(len(visits)) >= case.begins
    if case.acted is not None:
        there &= case.acted
    visits[there] *= 1 + gain
    since = case.first + timedelta(days=case.begins)
    told = effect_of_action(case.first, visits, since, acted=case.acted, controls=case.controls)
    if told.change is None:
        return False, True, np.nan, np.nan
    share = told.change.share
    held = share.lower <= gain <= share.upper
    return told.verdict in ("more", "fewer"), bool(held), share.estimate, (share.upper - share.lower) / 2


def events(seeds: int) -> Iterator[tuple[str, dict[str, tuple[float, ...]]]]:
    """The same for programme events of two hours on streets: nothing, half as many again, twice as many."""
    for city in STREETS:
        times, sensors = streets(city)
        found: dict[str, tuple[float, ...]] = {}
        for gain in (0.0, 0.5, 1.0):
            rows = [_event(times, sensors, gain, seed) for seed in range(seeds)]
            found[f"{gain:+.0%}"] = tuple(np.nanmean(rows, axis=0).tolist())
        yield city, found


def _event(times: np.ndarray, sensors: dict[str, np.ndarray], gain: float, seed: int) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    counts = sensors[str(rng.choice(list(sensors)))][: len(times) // 24 * 24].reshape(-1, 24).copy()
    day, first = int(rng.integers(30, len(counts) - 30)), int(rng.integers(9, 19))
    truth = counts[day, first : first + 2].sum() * gain
    counts[day, first : first + 2] *= 1 + gain
    told = effect_of_event(counts, day, first, first + 2, margin=2, kind=np.arange(len(counts)) % 7)
    if told.during is None:
        return np.nan, np.nan
    return float(told.verdict in ("more", "fewer")), float(told.during.lower <= truth <= told.during.upper)


def table(seeds: int) -> Iterator[str]:
    """The lines of the table, as Markdown."""
    kinds = [
        ("simulated, calm, 3 years, 26 weeks after", {"days": 1095, "after": 182, "drift": 0.0}),
        ("simulated, drifting, 3 years, 26 weeks after", {"days": 1095, "after": 182, "drift": 0.004}),
        ("simulated, drifting, 9 months, 8 weeks after", {"days": 270, "after": 56, "drift": 0.004}),
        (
            "simulated Sundays by other days, 2 years, 26 weeks after",
            {"days": 730, "after": 182, "drift": 0.004, "sundays": True},
        ),
    ]
    lots = [list(simulated(name, seeds, **how)) for name, how in kinds]
    if DATA.is_dir():
        ways = ("by its own past", "Sundays by other days", "by other sensors")
        lots += [list(real(city, seeds, way)) for city in STREETS for way in ways]
    yield "| | found of +0 % | +10 % | +20 % | held of +0 % | +10 % | +20 % | estimate of +10 % | half width |"
    yield "|---|" + "---|" * 8
    for lot in lots:
        asked = [np.array([ask(case, gain) for case in lot], float) for gain in GAINS]
        found, held = ([f"{rows[:, k].mean():.0%}" for rows in asked] for k in (0, 1))
        middle, half = np.nanmean(asked[1][:, 2:], axis=0)
        yield f"| {lot[0].name} | {' | '.join(found)} | {' | '.join(held)} | {middle:+.1%} | {half:.1%} |"
    if DATA.is_dir():
        yield ""
        yield "| events of two hours | found of +0 % | +50 % | +100 % | held of +0 % | +50 % | +100 % |"
        yield "|---|" + "---|" * 6
        for city, told in events(seeds * 5):
            cells = [f"{pair[k]:.0%}" for k in (0, 1) for pair in told.values()]
            yield f"| {city} | {' | '.join(cells)} |"


def main() -> None:
    """Measure, print, and renew the table if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", type=int, nargs="?", default=50)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    lines = []
    for line in table(asked.seeds):
        print(line, flush=True)
        lines.append(line)
    if asked.write:
        text = DOCS.read_text("utf-8")
        head, rest = text.split(BEGIN)
        DOCS.write_text(head + BEGIN + "\n" + "\n".join(lines) + "\n" + END + rest.split(END)[1], "utf-8")
    print(json.dumps({"seeds": asked.seeds, "rows": len(lines)}))


if __name__ == "__main__":
    main()
