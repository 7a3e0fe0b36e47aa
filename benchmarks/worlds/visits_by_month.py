"""Simulated branch libraries by month, as branches are and not as the model is; each with months to forecast it from.

Fifteen years from April 2008 on. Levels walk by the month, every branch has seasons of its own; what befalls it comes
on top.
"""

from collections.abc import Callable, Iterable
from datetime import date

import numpy as np

from besok.analytics.forecast.history import span
from besok.model.arrays import Floats
from cli.standalone.series import Series

FIRST = date(2008, 4, 1)
MONTHS = 180
SEASON = np.array(
    [1.0, 0.97, 1.06, 1.0, 0.98, 0.98, 1.08, 1.05, 0.98, 1.04, 1.0, 0.78]
)  # January to December
SIZES = (800, 3000, 9000)  # visits a month
Befall = Callable[
    [Floats, np.random.Generator], Iterable[int]
]  # changes visits (NaN: no figure); from which months


def branch(kind: str, seed: int) -> tuple[Series, list[int]]:
    """Return a branch of a kind, and how many of its months are known at each forecast origin."""
    rng = np.random.default_rng([seed, *kind.encode()])
    months = span(FIRST, MONTHS, "M")
    level = np.log(rng.choice(SIZES)) + np.cumsum(rng.normal(rng.normal(-0.04, 0.03) / 12, 0.012, MONTHS))
    own = np.log(SEASON) * rng.uniform(0.7, 1.4, 12)
    visits = np.exp(level + own[[month.month - 1 for month in months]] + rng.normal(0, 0.05, MONTHS))
    origins = sorted(KINDS[kind](visits, rng))
    begin = int(np.flatnonzero(np.isfinite(visits))[0])
    told = {
        m: None if np.isnan(v) else float(round(v))
        for m, v in zip(months[begin:], visits[begin:], strict=True)
    }
    return Series(name=f"{kind} {seed}", step="M", visits=told), [n - begin for n in origins]


def _at(year: int, month: int) -> int:
    return (year - FIRST.year) * 12 + month - FIRST.month


def _quiet(visits: Floats, rng: np.random.Generator) -> Iterable[int]:
    return range(_at(2013, 1), _at(2019, 1), 6)


def _hours(visits: Floats, rng: np.random.Generator) -> Iterable[int]:
    """Open for fewer hours from some month on."""
    cut = int(rng.integers(_at(2013, 1), _at(2017, 1)))
    visits[cut:] *= rng.uniform(0.55, 0.8)
    return [cut + n for n in (2, 4, 8, 14)]


def _growth(visits: Floats, rng: np.random.Generator) -> Iterable[int]:
    """Grow by a fifth each year, for three years."""
    visits *= 1.2 ** (np.clip(np.arange(MONTHS) - _at(2014, 1), 0, 36) / 12)
    return range(_at(2014, 9), _at(2018, 6), 6)


def _works(visits: Floats, rng: np.random.Generator) -> Iterable[int]:
    """Close for works; up to half more come when it opens again."""
    shut = int(rng.integers(_at(2013, 1), _at(2016, 6)))
    opened = shut + int(rng.integers(3, 10))
    visits[shut:opened] = 0 if rng.random() < 0.5 else np.nan
    visits[opened:] *= rng.uniform(1.0, 1.5)
    return [opened + n for n in (1, 3, 8)]


def _lockdown(left: float) -> Befall:
    """Make a year almost without visits (`left` of them; NaN: without figures), and a recovery to less than before.

    It begins with a month cut in half; some are open for three months in between.
    """

    def befall(visits: Floats, rng: np.random.Generator) -> Iterable[int]:
        shut, opened, between = _at(2020, 4), _at(2021, 4), slice(_at(2020, 8), _at(2020, 11))
        since = np.arange(MONTHS - opened)
        quarter = visits[between] * 0.25
        visits[opened:] *= rng.uniform(0.55, 0.95) * (1 - np.exp(-(since + 2) / rng.uniform(3, 9)))
        visits[shut - 1] *= 0.6
        visits[shut:opened] *= left
        if left == 0 and rng.random() < 0.5:
            visits[between] = quarter
        return [opened + n for n in (3, 6, 9, 11)]

    return befall


def _quarterly(visits: Floats, rng: np.random.Generator) -> Iterable[int]:
    """Each quarter's mean told three times."""
    visits[:] = np.repeat(visits.reshape(-1, 3).mean(axis=1), 3)
    return _quiet(visits, rng)


def _young(visits: Floats, rng: np.random.Generator) -> Iterable[int]:
    visits[: _at(2016, 1)] = np.nan
    return [_at(2016, 4), _at(2016, 8), _at(2017, 2), _at(2017, 10)]


KINDS: dict[str, Befall] = {
    "usual": _quiet,
    "new": _young,
    "fewer hours": _hours,
    "growing": _growth,
    "quarterly means": _quarterly,
    "open again after works": _works,
    "a year closed": _lockdown(0.0),
    "a year without figures": _lockdown(np.nan),
    "a year with few": _lockdown(0.08),
}
