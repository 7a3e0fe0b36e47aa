"""Whether unusual hours are found: `python -m benchmarks.events`.

CalIt2 (people into a building by half-hours, 30 known events; the list is incomplete): how many known events are found
by at most N predictions. An event is found if a predicted interval comes within 30 minutes of it; "chance" is the mean
of the same predictions against the list shifted by one to fourteen whole weeks. Beside it, a threshold on the Poisson
probability of each half-hour about the mean of its weekday and time.

Streets: into half a year of hours of a sensor, at its full counts and thinned to a fortieth (a small library's), 18
crowds of two to four hours are put, each some 60 % of what came, and 6 silences of four to eleven hours; how many of
each are among the 60 most surprising intervals. The streets' own events are among those too.

Simulated: half a year (or less) of a library's counts in steps of five minutes to a day, with crowds, a dead, a stuck
and a doubling or halving feed put in; how many of each are told unasked, and how many intervals that are none of them.

`--write` renews the tables in docs/reference/results-unusual-hours.md.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from scipy.stats import poisson

from benchmarks._page import main
from benchmarks._series import DATA, calit2, streets
from besok.analytics.events import find, lay, learn, unusual

PREDICTIONS = (30, 50, 68, 98, 149)
NEAR, WEEK, HOUR = np.timedelta64(30, "m"), np.timedelta64(7, "D"), np.timedelta64(1, "h")
CROWD, THIN, MOST, HALF_A_YEAR = 0.6, 40, 60, np.timedelta64(182, "D")
STARTS = {"Leeds": "2010-02-01", "Auckland": "2023-02-01", "Melbourne": "2012-03-01"}

Interval = tuple[np.datetime64, np.datetime64]


def found(predicted: Sequence[Interval], events: Sequence[Interval]) -> int:
    """Return how many events a prediction comes within half an hour of."""
    return sum(any(a < end + NEAR and b > begin - NEAR for a, b in predicted) for begin, end in events)


def chance(
    predicted: Sequence[Interval], events: Sequence[Interval], first: np.datetime64, weeks: int
) -> float:
    """Return the same with the events some whole weeks later; those pushed off the end come back at the beginning."""
    span = weeks * WEEK

    def shifted(k: int) -> list[Interval]:
        moved = [(first + (begin - first + k * WEEK) % span, end - begin) for begin, end in events]
        return [(begin, begin + lasts) for begin, lasts in moved]

    return float(np.mean([found(predicted, shifted(k)) for k in range(1, weeks)]))


def thresholds(times: np.ndarray, counts: np.ndarray, most: int) -> list[Interval]:
    """Return runs of half-hours whose counts are least likely about the mean of their weekday and time, `most` runs."""
    slot = ((times - times[0]) / np.timedelta64(30, "m")).astype(int) % 336
    mean = np.bincount(slot, counts) / np.bincount(slot)
    unlikely = -poisson.logsf(counts - 1, np.maximum(mean[slot], 0.05))
    for level in np.sort(np.unique(unlikely))[::-1]:
        edges = np.flatnonzero(np.diff(np.concatenate([[0], (unlikely >= level).astype(int), [0]])))
        if len(edges) // 2 > most:
            break
        runs = list(zip(edges[::2], edges[1::2], strict=True))
    return [(times[a], times[b - 1] + NEAR) for a, b in runs]


def known_events() -> Iterator[str]:
    """Yield the table of CalIt2."""
    times, counts, events = calit2()
    first, weeks = times[0].astype("datetime64[D]"), 15
    learnt = learn(lay(times, counts))
    yield "| at most | besok events (chance) | Poisson threshold (chance) |"
    yield "|---|---|---|"
    for most in PREDICTIONS:
        ours = [(u.start, u.end) for u in find(learnt, most)]
        plain = thresholds(times, counts, most)
        cells = [f"{found(p, events)} ({chance(p, events, first, weeks):.1f})" for p in (ours, plain)]
        yield f"| {most} | {' | '.join(cells)} |"
    alone = [(u.start, u.end) for u in find(learnt)]
    told = f"{found(alone, events)} ({chance(alone, events, first, weeks):.1f})"
    yield f"| unasked: {len(alone)} | {told} | |"


def put(times: np.ndarray, counts: np.ndarray, seed: int) -> tuple[np.ndarray, list[tuple[Interval, bool]]]:
    """Return counts with crowds and silences in them, and where those are (True: a crowd)."""
    rng = np.random.default_rng(seed)
    counts, taken = counts.copy(), np.zeros(len(counts), bool)
    hour = ((times - times.astype("datetime64[D]")) / HOUR).astype(int)
    busy = np.nanmean(counts)
    there: list[tuple[Interval, bool]] = []
    while len(there) < 24:
        crowd = len(there) < 18
        a = int(rng.integers(100, len(counts) - 100))
        b = a + int(rng.integers(2, 5) if crowd else rng.integers(4, 12))
        if not 9 <= hour[a] <= 19 or taken[a - 24 : b + 24].any() or np.isnan(counts[a:b]).any():
            continue
        taken[a:b] = True
        shape = np.array([0.7, 1, 1, 0.6])[: b - a] if crowd else 0
        extra = rng.poisson(CROWD * max(counts[a:b].mean(), busy / 2) * shape)
        counts[a:b] = counts[a:b] + extra if crowd else 0
        there.append(((times[a], times[b - 1] + HOUR), crowd))
    return counts, there


def injected(seeds: int) -> Iterator[str]:
    """Yield the table of streets."""
    yield "| half a year of hours | crowds found | silences found |"
    yield "|---|---|---|"
    for city, start in STARTS.items():
        times, sensors = streets(city)
        within = (times >= np.datetime64(start)) & (times < np.datetime64(start) + HALF_A_YEAR)
        for thin in (1, THIN):
            got: dict[bool, list[bool]] = {True: [], False: []}
            for seed, counts in enumerate(list(sensors.values()) * seeds):
                rng = np.random.default_rng(seed)
                part = counts[within]
                known = ~np.isnan(part)
                part[known] = rng.binomial(part[known].astype(int), 1 / thin)
                with_them, there = put(times[within], part, seed)
                told = unusual(times[within], with_them, MOST)
                for (begin, end), crowd in there:
                    alike = [u for u in told if (u.count > u.expected) == crowd]
                    got[crowd].append(any(u.start < end and u.end > begin for u in alike))
            cells = [f"{np.mean(got[crowd]):.0%}" for crowd in (True, False)]
            yield f"| {city}{'' if thin == 1 else f', a {thin}th of the people'} | {' | '.join(cells)} |"


SIZES = (  # name, days, step in minutes, people an hour, how many crowds and how many of each fault
    ("hours, 50 people", 182, 60, 50, (8, 2)),
    ("hours, 2,500 people", 182, 60, 2500, (8, 2)),
    ("hours, 5 people", 182, 60, 5, (8, 2)),
    ("hours, 2 people", 182, 60, 2, (8, 2)),
    ("hours, 50 people, five weeks", 35, 60, 50, (3, 1)),
    ("quarters of an hour", 84, 15, 50, (4, 1)),
    ("five minutes", 56, 5, 50, (4, 1)),
    ("days", 182, 1440, 50, (6, 2)),
)
FAULTS = {
    "6 hours of nobody": 0.0,
    "days of nobody": 0.0,
    "days stuck": None,
    "days doubled": 2.0,
    "days halved": 0.5,
}


def world(days: int, step_min: int, people: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return times and counts of a library with weekdays, hours, quiet and busy days, and more scatter than chance."""
    per_day = 1440 // step_min
    t = np.arange(days * 1440 // min(step_min, 60)) * min(step_min, 60) / 60
    hour, day = t % 24, t // 24 % 7
    there = np.where(day == 6, (hour >= 10) & (hour < 16), (hour >= 8) & (hour < 20))
    usual = (
        np.where(there, people * (0.5 + 0.5 * np.sin((hour - 6) / 14 * np.pi)), 0.0) * min(step_min, 60) / 60
    )
    usual = usual.reshape(days * per_day, -1).sum(axis=1) * np.repeat(rng.lognormal(0, 0.12, days), per_day)
    times = np.datetime64("2025-03-03T00:00:00") + np.arange(len(usual)) * np.timedelta64(step_min, "m")
    return times, rng.poisson(usual * rng.gamma(40, 1 / 40, len(usual))).astype(float)


def spoilt(
    times: np.ndarray, counts: np.ndarray, much: tuple[int, int], rng: np.random.Generator
) -> tuple[np.ndarray, list[tuple[Interval, str]]]:
    """Return the counts with crowds and faults in them, each on days of its own, and what is where."""
    step = times[1] - times[0]
    per_day = int(np.timedelta64(1, "D") / step)
    counts, free, there = counts.copy(), np.ones(len(counts) // per_day, bool), []
    free[:2] = free[-4:] = False
    kinds = ["crowds"] * much[0] + [kind for kind in FAULTS for _ in range(much[1])]
    for kind in kinds[:-1] if per_day == 1 else kinds:
        length = 3 if kind.startswith("days") else 1
        places = [d for d in np.flatnonzero(free).tolist() if free[d - 1 : d + length + 1].all()]
        if not places or (per_day == 1 and kind.startswith("6")):
            continue
        day = int(rng.choice(places))
        free[day : day + length] = False
        a, b = day * per_day, (day + length) * per_day
        if length == 1 and per_day > 1:
            a += int(rng.integers(9, 13)) * per_day // 24
            b = a + max((int(rng.integers(2, 4)) if kind == "crowds" else 6) * per_day // 24, 1)
        counts[a:b] = _after(kind, counts, a, b, rng)
        there.append(((times[a], times[b - 1] + step), kind))
    return counts, there


def _after(kind: str, counts: np.ndarray, a: int, b: int, rng: np.random.Generator) -> np.ndarray:
    part = counts[a:b]
    if kind == "crowds":
        return np.asarray(part + rng.poisson(np.maximum(part, counts[counts > 0].mean())))
    factor = FAULTS[kind]
    return np.full(b - a, np.round(counts.mean())) if factor is None else np.round(part * factor)


def simulated(seeds: int) -> Iterator[str]:
    """Yield the table of simulated series."""
    kinds = ("crowds", *FAULTS)
    yield f"| simulated, told unasked | {' | '.join(kinds)} | others told, a series |"
    yield "|---|" + "---|" * (len(kinds) + 1)
    for name, days, step_min, people, much in SIZES:
        got: dict[str, list[bool]] = {kind: [] for kind in kinds}
        others = []
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            times, counts = world(days, step_min, people, rng)
            with_them, there = spoilt(times, counts, much, rng)
            told = unusual(times, with_them)
            for (begin, end), kind in there:
                got[kind].append(any(u.start < end and u.end > begin for u in told))
            others.append(sum(all(u.start >= e or u.end <= b for (b, e), _ in there) for u in told))
        cells = [f"{np.mean(hits):.0%}" if hits else "" for hits in got.values()]
        yield f"| {name} | {' | '.join(cells)} | {np.mean(others):.1f} |"


def tables(seeds: int) -> dict[str, Iterator[str]]:
    """Return the lines of the page; none without real data."""
    if not DATA.is_dir():
        return {}
    return {"results": chain(known_events(), [""], injected(seeds), [""], simulated(5 * seeds))}


if __name__ == "__main__":
    main("unusual-hours", __doc__, 1, tables)
