"""A year's visits from quarters of hours at doors: counted and missing parts, and the error of the sum.

Unobserved time is never taken as zero. For each door and business day it is known which share of the day's
usual visits fell into observed quarters. What is missing is estimated from

- the same door on days of the same kind (weekday and opening hours), near ones counting more (e-fold in 21 days), and
- observations of that day: at this door in its other quarters, and at the other doors, as far as doors are correlated
  (the slope of one door's deviations on those of the others).

The error is measured on the year itself: the exact pattern of missing time is laid over other weeks, where the truth is
known, estimated in the same way, and compared.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np

from besok.analytics.single_thread import on_one_core
from besok.analytics.visits import PASSAGE_VARIANCE, counting_error
from besok.model.arrays import Bools, Floats, Ints

NEAR_DAYS = 21.0  # an observed day so far away counts 1/e of the day itself
OBSERVED = 0.999  # the share of a day's usual visits from which it is complete
TRUSTED = 0.9  # and from which it teaches about others
SHIFTS = 24  # most shifts of the pattern of missing time over the year
LEAST_SHIFTS = 6  # fewer are not evidence of the error
UNKNOWN = 0.3  # relative error of the missing part where it cannot be measured
LEAST_DAYS = 60  # observed in a year, fewest for an estimate
CLOSED = 0  # the number of that kind of day
SOME = (
    0.1  # of a day's usual visits: as much weight as that has the expectation beside what was seen that day
)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearQuarters:
    """Quarters x doors of one year. `day` numbers the business day of each quarter, `place` its quarter within the day.

    `entries` are visits by the definition of that day and `passages` the passages behind them; both NaN where there
    is not a figure. `known` is the share of the quarter that was observed; people spread over a gap count
    as known.
    """

    day: Ints
    place: Ints
    entries: Floats
    passages: Floats
    known: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Days x doors: whether a door counts that day, and the share of its entries deducted; and deductions per day."""

    counts: Bools
    share: Floats
    per_day: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOfVisits:
    """A year's visits, with estimates for unobserved time; `None` in place of a sum where too little was observed.

    Arrays are days x doors: `counted`, `added` (estimated beside it), `observed` (share of the day's usual visits).
    `se` is of `gross`: counting and missing parts together.
    """

    counted: Floats
    added: Floats
    observed: Floats
    gross_counted: float
    gross: float | None
    net_counted: float
    net: float | None
    se_counting: float
    se_missing: float
    se: float
    days_whole: int
    days_partly: int
    days_missing: int


@on_one_core
def estimate_year(
    quarters: YearQuarters,
    kinds: Sequence[Hashable | None],
    rules: Rules,
    corrected: Floats | None = None,
    passage_variance: float = PASSAGE_VARIANCE,
) -> YearOfVisits:
    """Estimate the year; days of one of the `kinds` are comparable (weekday and hours), None is closed.

    `corrected` is, days x doors, the standard error of a correction in force, as a share of the entries; NaN without.
    """
    days = len(rules.counts)
    kind = _numbered(kinds)
    counted = _by_day(quarters.entries, quarters.day, days)
    observed = np.where(rules.counts, _observed(quarters, kind, days), 1.0)
    counted = np.where(rules.counts, counted, 0.0)
    near = DayWeights.of(kind)
    added = np.where(rules.counts, estimate(counted, observed, near), 0.0)
    counts = rules.counts.any(axis=1)
    complete = (observed >= OBSERVED).all(axis=1) & counts
    none = ~((observed > 0) & rules.counts).any(axis=1) & counts
    enough = int((counts & ~none).sum()) >= LEAST_DAYS
    missing = missing_error(counted, observed, near, added)
    passages = np.where(rules.counts, _by_day(quarters.passages, quarters.day, days), 0.0)
    share = np.divide(counted + added, counted, out=np.ones_like(counted), where=counted > 0)
    passages_made = float((passages * np.minimum(share, 10)).sum())
    corrected = np.full(counted.shape, np.nan) if corrected is None else corrected
    counting = _counting(counted + added, passages_made, corrected, passage_variance)
    gross, net = _sums(counted + added, rules)
    gross_counted, net_counted = _sums(counted, rules)
    return YearOfVisits(
        counted=counted,
        added=added,
        observed=observed,
        gross_counted=gross_counted,
        gross=gross if enough else None,
        net_counted=net_counted,
        net=net if enough else None,
        se_counting=counting,
        se_missing=missing,
        se=hypot(counting, missing),
        days_whole=int(complete.sum()),
        days_partly=int((counts & ~complete & ~none).sum()),
        days_missing=int(none.sum()),
    )


def _sums(entries: Floats, rules: Rules) -> tuple[float, float]:
    """Gross, and net of the deductions day by day, never below zero."""
    net = np.maximum(entries.sum(axis=1) - (entries * rules.share).sum(axis=1) - rules.per_day, 0)
    return float(entries.sum()), float(net.sum())


def _counting(entries: Floats, passages: float, corrected: Floats, passage_variance: float) -> float:
    """Return the standard error of the counts; the error of a correction is the same on every day it is in force."""
    unchecked = np.where(np.isnan(corrected), entries, 0.0).sum(axis=0)
    checked = 0.0
    for door, errors in enumerate(corrected.T):
        for share in np.unique(errors[~np.isnan(errors)]):
            checked += float(share * entries[errors == share, door].sum()) ** 2
    return counting_error(
        passages,
        float(unchecked.sum()),
        float((unchecked**2).sum()),
        checked=checked,
        passage_variance=passage_variance,
    )


def _numbered(kinds: Sequence[Hashable | None]) -> Ints:
    """Return kinds as numbers, 0 for closed."""
    numbers: dict[Hashable | None, int] = {None: CLOSED}
    return np.array([numbers.setdefault(kind, len(numbers)) for kind in kinds], dtype=np.int64)


def _by_day(values: Floats, day: Ints, days: int) -> Floats:
    """Return sums over the quarters of each day and door; unknown quarters add zero."""
    columns = [np.bincount(day, weights=np.nan_to_num(column), minlength=days) for column in values.T]
    return np.stack(columns, axis=1) if columns else np.zeros((days, 0))


def _observed(quarters: YearQuarters, kind: Ints, days: int) -> Floats:
    """Return the share of each day's usual visits that fell into observed quarters, by door.

    A door that never reported how long it watched (single events without a period) is assumed to have watched on each
    day with any report, and on closed ones.
    """
    shares = np.zeros((days, quarters.entries.shape[1]))
    slot = kind[quarters.day] * 200 + quarters.place  # a day has at most 100 quarters
    for door in range(shares.shape[1]):
        known, entries = quarters.known[:, door], np.nan_to_num(quarters.entries[:, door])
        if not known.any():
            reported = _by_day((entries > 0).astype(np.float64)[:, None], quarters.day, days)[:, 0] > 0
            known = (reported | ((kind == CLOSED) & reported.any()))[quarters.day].astype(np.float64)
        size = int(slot.max()) + 1
        watched = np.bincount(slot, weights=known, minlength=size)
        counted = np.bincount(slot, weights=entries * (known > 0), minlength=size)
        usual = np.divide(counted, watched, out=np.zeros(size), where=watched > 0)[slot]
        # So that a day without visits is a share of time
        usual = usual + 1e-3 * max(float(usual.mean()), 1e-6)
        day_visits = np.bincount(quarters.day, weights=usual, minlength=days)
        watched_visits = np.bincount(quarters.day, weights=usual * known, minlength=days)
        shares[:, door] = np.minimum(
            np.divide(watched_visits, day_visits, out=np.zeros(days), where=day_visits > 0), 1.0
        )
    return np.where(shares > OBSERVED, 1.0, shares)


def estimate(counted: Floats, observed: Floats, near: "DayWeights") -> Floats:
    """Return the visits to add to the counts, days x doors; 0 where a day was observed completely."""
    missing = 1 - observed
    if not (missing > 0).any():
        return np.zeros_like(counted)
    expected = _expected(counted, observed, near)
    level = _level(counted, observed, expected)
    return np.where(missing > 0, expected * missing * level, 0.0)


@dataclass(frozen=True, slots=True)
class DayWeights:
    """Weight of each day (column) for each other (row): of its kind, and of any kind where none is comparable."""

    alike: Floats
    any: Floats

    @classmethod
    def of(cls, kind: Ints) -> "DayWeights":
        """Compute weights from the kinds of the days. Closed and open days have no weight for each other."""
        days = np.arange(len(kind))
        near = np.exp(-np.abs(days[:, None] - days[None, :]) / NEAR_DAYS) + 1e-9
        np.fill_diagonal(near, 0.0)
        open_ = kind != CLOSED
        return cls(near * (kind[:, None] == kind[None, :]), near * (open_[:, None] & open_[None, :]))


def _expected(counted: Floats, observed: Floats, near: DayWeights) -> Floats:
    """Return the expected complete day by days of its kind nearby, else by all days nearby, else 0."""
    expected = np.zeros_like(counted)
    for door in range(counted.shape[1]):
        trusted = (observed[:, door] >= TRUSTED).astype(np.float64)
        day_visits = np.where(trusted > 0, counted[:, door] / np.maximum(observed[:, door], TRUSTED), 0.0)
        means = [_mean(weights, trusted, day_visits) for weights in (near.alike, near.any)]
        expected[:, door] = np.where(np.isnan(means[0]), np.nan_to_num(means[1]), means[0])
    return expected


def _mean(weights: Floats, teaches: Floats, values: Floats) -> Floats:
    total = weights @ teaches
    means: Floats = np.divide(
        weights @ (teaches * values), total, out=np.full(len(total), np.nan), where=total > 0
    )
    return means


def _level(counted: Floats, observed: Floats, expected: Floats) -> Floats:
    """Return how much busier each day was than expected, by observations at the door itself and at the others."""
    own_expected = expected * observed
    own_level = (counted + SOME * expected) / np.maximum(own_expected + SOME * expected, 1e-9)
    own_level = np.where(expected > 0, own_level, 1.0)
    others_seen = counted.sum(axis=1, keepdims=True) - counted
    others_expected = own_expected.sum(axis=1, keepdims=True) - own_expected
    enough = others_expected > 0.5 * (expected.sum(axis=1, keepdims=True) - expected)
    others_level = np.divide(
        others_seen, others_expected, out=np.ones_like(counted), where=enough & (others_expected > 0)
    )
    others_level = np.clip(others_level, 0.0, 5.0)
    # Observations of the door itself weigh more than those of the others
    weight = _SURE * observed / (observed + SOME)
    level: Floats = weight * own_level + (1 - weight) * (
        1 + _together(counted, observed, expected, others_level) * (others_level - 1)
    )
    return level


_SURE = 1.0 + SOME  # so that a door seen for all but nothing is believed wholly


def _together(counted: Floats, observed: Floats, expected: Floats, others_level: Floats) -> Floats:
    """Return the slope of each door's deviations on those of the others, 0 to 1, from days complete at all doors."""
    complete = (observed >= TRUSTED).all(axis=1)
    slopes = np.zeros(counted.shape[1])
    for door in range(counted.shape[1]):
        use = complete & (expected[:, door] > 0)
        if use.sum() >= 14 and counted.shape[1] > 1:
            own, others = counted[use, door] / expected[use, door] - 1, others_level[use, door] - 1
            spread = float((others * others).sum())
            slopes[door] = float(np.clip((own * others).sum() / spread, 0, 1)) if spread > 0 else 0.0
    return slopes[None, :]


def missing_error(counted: Floats, observed: Floats, near: DayWeights, added: Floats) -> float:
    """Return the standard error of the sum of `added`: its pattern laid over other weeks, where the truth is known.

    Of a partly observed day the pattern hides an exact share, unlike random arrivals; that chance is added.
    """
    total = float(added.sum())
    partly = np.where(observed > 0, added * (1 + added / np.maximum(counted, 1)), 0.0)
    chance = sqrt(float(partly.sum()))
    missing = 1 - observed
    if not (missing > 0).any():
        return 0.0
    days = len(counted)
    steps = np.unique(np.linspace(1, max(days // 7 - 1, 1), SHIFTS).astype(int)) * 7
    errors = [
        e for shift in steps if (e := _error_where_hidden(counted, observed, near, int(shift))) is not None
    ]
    if len(errors) < LEAST_SHIFTS:
        return hypot(UNKNOWN * total, chance)
    relative = sqrt(sum(e * e for e in errors) / len(errors))
    return hypot(relative * total, chance)


def _error_where_hidden(counted: Floats, observed: Floats, near: DayWeights, shift: int) -> float | None:
    """Return the relative error with the pattern shifted by `shift` days; None if it hides too little observed time."""
    hidden = np.roll(1 - observed, shift, axis=0)
    complete = observed >= OBSERVED
    if (hidden * complete).sum() < 0.7 * hidden.sum():
        return None
    visible = np.where(complete, 1 - hidden, observed)
    truth = counted * hidden * complete
    if not truth.sum() > 0:
        return None
    guess = estimate(counted * np.where(complete, 1 - hidden, 1.0), visible, near) * complete
    return float(guess.sum() / truth.sum() - 1)
