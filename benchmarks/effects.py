"""Whether effects of actions are told truly: `python -m benchmarks.effects [seeds]`.

Simulated libraries have a weekday's rhythm, weather that lasts some days, a yearly swing, and a level that drifts.
Nothing is done in them, or visits are made a tenth or a fifth more, from a day on; then the effect is asked for.
"Found" is how often it was told from chance: where nothing was done it should be 5 %. "Held" is how often the 95 %
interval held the truth.

The streets are real. At dates spread over all of a sensor's history nobody did anything; each is judged by what came
before it, and the Sundays by the other days, 4 to 52 weeks after. Dates of one sensor
overlap, so that the error of a rate is told from how much the sensors differ. What an effect of a tenth would have
given follows from the same answers, for the interval of the logarithm moves with it; so it is held as often as nothing
is told of nothing. Where a street is known to have changed at a date, those away from it are told apart.

`--write` renews the table in docs/reference/results-effects.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from benchmarks._page import main
from benchmarks._series import DATA, STREETS, by_day, streets
from benchmarks.worlds.known_effects import MONDAY, Case, house, simulated
from besok.analytics.effects import effect_of_action, effect_of_event

GAINS = (0.0, 0.1, 0.2)
AFTER = (4, 8, 13, 26, 52)  # weeks
LEAST_BEFORE = 40  # weeks
# What is known to have changed a street for good (the opening of Trinity Leeds), and for how many weeks it is news.
OPENINGS, NEWS = {"Leeds": date(2013, 3, 21)}, 13
WAYS = {"by its own past": "past", "Sundays by other days": "days"}


KINDS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("simulated, calm, 3 years, 26 weeks after", {"days": 1095, "after": 182}),
    ("simulated, drifting, 3 years, 26 weeks after", {"days": 1095, "after": 182, "drift": 0.004}),
    ("simulated, drifting, 9 months, 8 weeks after", {"days": 270, "after": 56, "drift": 0.004}),
    ("simulated, moving by jumps, 3 years, 26 weeks after", {"days": 1095, "after": 182, "jumps": True}),
    ("simulated, moving by jumps, 4 years, 8 weeks after", {"days": 1460, "after": 56, "jumps": True}),
    (
        "simulated Sundays by other days, 2 years, 26 weeks after",
        {"days": 730, "after": 182, "drift": 0.004, "sundays": True},
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placebo:
    """A date at which nothing was done: whose, how it was judged, weeks after, and the interval that was told."""

    city: str
    sensor: str
    way: str
    since: date
    weeks: int
    lower: float
    upper: float

    def found(self, gain: float = 0.0) -> bool:
        """Tell whether a gain at this date would have been told from chance."""
        return not (1 + self.lower) * (1 + gain) <= 1 <= (1 + self.upper) * (1 + gain)

    def away(self) -> bool:
        """Tell whether nothing known changed the street in the weeks after, or shortly before."""
        opened = OPENINGS.get(self.city)
        end = self.since + timedelta(weeks=self.weeks)
        return opened is None or not self.since - timedelta(weeks=NEWS) <= opened < end


def placebos(city: str, dates: int) -> Iterator[Placebo]:
    """So many dates of every sensor of a city, in every way and for every time after."""
    times, sensors = streets(city)
    columns = {name: by_day(times, counts)[1] for name, counts in sensors.items()}
    first = by_day(times, next(iter(sensors.values())))[0].astype(object)
    for name, visits in columns.items():
        sunday = (np.arange(len(visits)) + first.weekday()) % 7 == 6
        for weeks in AFTER:
            for begins in (
                np.linspace(LEAST_BEFORE * 7, len(visits) - weeks * 7, dates).round().astype(int).tolist()
            ):
                end, since = begins + weeks * 7, first + timedelta(days=begins)
                for way, how in WAYS.items():
                    told = effect_of_action(
                        first, visits[:end], since,
                        acted=sunday[:end] if how == "days" else None,
                    ).change  # fmt: skip
                    if told:
                        yield Placebo(
                            city=city, sensor=name, way=way, since=since, weeks=weeks,
                            lower=told.share.lower, upper=told.share.upper,
                        )  # fmt: skip


def shown(city: str, dates: int) -> Iterator[tuple[int, float, bool]]:
    """Yield what eight weeks after a date an effect would have to be to show, when, and whether it did then.

    Nothing was done at the dates; the visits after them are made so many more.
    """
    times, sensors = streets(city)
    for counts in sensors.values():
        begun, visits = by_day(times, counts)
        first = begun.astype(object)
        for begins in np.linspace(LEAST_BEFORE * 7, len(visits) - 52 * 7, dates).round().astype(int).tolist():
            since = first + timedelta(days=begins)
            told = effect_of_action(first, visits[: begins + 8 * 7], since).change
            if told and (enough := told.detectable):
                more = visits[: begins + enough.weeks * 7].astype(float)
                more[begins:] *= 1 + enough.share
                yield enough.weeks, enough.share, effect_of_action(first, more, since).verdict == "more"


def placebo_table(dates: int) -> Iterator[str]:
    """Yield the lines of the table of streets, as Markdown."""
    asked = [one for city in STREETS for one in placebos(city, dates)]
    yield "| nothing was done: found after | 4 weeks | 8 | 13 | 26 | 52 | all | found of +10 % | +20 % | half width |"
    yield "|---|" + "---|" * (len(AFTER) + 4)
    for way in WAYS:
        some = [p for p in asked if p.way == way]
        for city in STREETS:
            yield _row(f"{city}, {way}", [p for p in some if p.city == city])
            if city in OPENINGS:
                yield _row(
                    f"{city} away from the opening, {way}", [p for p in some if p.city == city and p.away()]
                )
        yield _row(f"all streets, {way}", some)
        yield _row(f"all streets away from the opening, {way}", [p for p in some if p.away()])


def _row(name: str, some: list[Placebo]) -> str:
    rates = [_rate([p for p in some if p.weeks == weeks]) for weeks in AFTER]
    sensors = [_rate([p for p in some if p.sensor == s]) for s in sorted({p.sensor for p in some})]
    error = np.std(sensors, ddof=1) / np.sqrt(len(sensors))
    powers = [np.mean([p.found(gain) for p in some]) for gain in GAINS[1:]]
    half = np.median([(p.upper - p.lower) / 2 for p in some])
    cells = [f"{rate:.0%}" for rate in rates] + [f"{_rate(some):.1%} ± {error:.1%}"]
    cells += [f"{power:.0%}" for power in powers] + [f"{half:.1%}"]
    return f"| {name} | {' | '.join(cells)} |"


def _rate(some: list[Placebo]) -> float:
    return float(np.mean([p.found() for p in some])) if some else float("nan")


def ask(case: Case, gain: float) -> tuple[bool, bool, float, float]:
    """Tell whether the effect was told from chance and held, its estimate, and half the width of its interval."""
    visits = case.visits.copy()
    there = np.arange(len(visits)) >= case.begins
    if case.acted is not None:
        there &= case.acted
    visits[there] *= 1 + gain
    since = case.first + timedelta(days=case.begins)
    told = effect_of_action(case.first, visits, since, acted=case.acted)
    if told.change is None:
        return False, True, np.nan, np.nan
    share = told.change.share
    held = share.lower <= gain <= share.upper
    return told.verdict in ("more", "fewer"), bool(held), share.estimate, (share.upper - share.lower) / 2


def origin(seed: int, gain: float, moved: float, *, sundays: bool) -> str:
    """Write what is said of a gain of which a share moved: from the Saturdays, or from the other room."""
    days, after = 730, 182
    one, other, rng = house(seed, days)
    acted = np.arange(days) % 7 == 6 if sundays else np.ones(days, bool)
    extra = rng.poisson(gain * one * (acted & (np.arange(days) >= days - after))).astype(float)
    left = rng.binomial(extra.astype(int), moved)
    visits = one + extra
    if sundays:
        visits[:-1] -= left[1:]
    told = effect_of_action(
        MONDAY,
        visits,
        MONDAY + timedelta(days=days - after),
        acted=acted if sundays else None,
        elsewhere=None if sundays else other - left,
    )
    return told.origin or told.verdict


def moved_table(seeds: int) -> Iterator[str]:
    """Yield the lines of the table of moved and new visits."""
    said = ("new", "partly", "moved", "cannot_tell", "chance")
    yield f"| simulated, half a year after | {' | '.join(f'told `{word}`' for word in said)} |"
    yield "|---|" + "---|" * len(said)
    for sundays, where, gains in ((False, "other room", (0.2, 0.4)), (True, "Saturdays", (0.6, 1.0))):
        for gain in gains:
            for moved in (0.0, 0.5, 1.0):
                told = [origin(seed, gain, moved, sundays=sundays) for seed in range(seeds)]
                cells = [f"{np.mean([one == word for one in told]):.0%}" for word in said]
                whose = "Sundays" if sundays else "a room"
                yield f"| {whose} {gain:+.0%}, {moved:.0%} of it from the {where} | {' | '.join(cells)} |"


def events(seeds: int) -> Iterator[tuple[str, dict[str, tuple[float, ...]]]]:
    """Return the same for programme events of two hours on streets: nothing, half as many again, twice as many."""
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
    """Yield the lines of the table, as Markdown."""
    lots = [list(simulated(name, seeds, **how)) for name, how in KINDS]
    yield "| | found of +0 % | +10 % | +20 % | held of +0 % | +10 % | +20 % | estimate of +10 % | half width |"
    yield "|---|" + "---|" * 8
    for lot in lots:
        asked = [np.array([ask(case, gain) for case in lot], float) for gain in GAINS]
        found, held = ([f"{rows[:, k].mean():.0%}" for rows in asked] for k in (0, 1))
        middle, half = np.nanmean(asked[1][:, 2:], axis=0)
        yield f"| {lot[0].name} | {' | '.join(found)} | {' | '.join(held)} | {middle:+.1%} | {half:.1%} |"
    yield ""
    yield from moved_table(seeds)
    if DATA.is_dir():
        yield ""
        yield from placebo_table(seeds * 2 // 5)
        yield ""
        yield "| events of two hours | found of +0 % | +50 % | +100 % | held of +0 % | +50 % | +100 % |"
        yield "|---|" + "---|" * 6
        for city, told in events(seeds * 5):
            cells = [f"{pair[k]:.0%}" for k in (0, 1) for pair in told.values()]
            yield f"| {city} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main("effects", __doc__, 100, lambda seeds: {"results": table(seeds)})
