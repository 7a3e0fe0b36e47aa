"""Detection of counters that break the balance of entries and exits.

Everybody who enters a part of a site leaves it on the same business day. For each part between counted doors (a cell)
and each day the entries less the exits, r = B e, are only the errors e of its doors, B being cells x doors
with 1 and -1. A counter that sees 9 % fewer leaving than coming errs by 9 % of its own traffic, in the two cells it
joins, on every day; chance errs by the root of the traffic. So the days give a linear model of the doors' biases with
known noise, and Gaussian arithmetic gives the posterior of each bias under a prior for sound counters. A counter is
named if a wide prior for it alone explains the days far better (Bayes factor; Kass and Raftery, J. Am. Stat. Assoc. 90,
1995).

With earlier days, changes are judged: the small biases of sound counters stay the same, and are estimated from the
earlier days.

Doors side by side between the same two cells share their imbalance. Their own history separates them: the counter
whose in/out ratio has changed from its usual days is the faulty one. Without a history both are named.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from besok.analytics.quality.sensor_series import SensorHistory, SensorLayout
from besok.analytics.quality.site_layout import OUT, CountedParts, finding_of
from besok.analytics.robust import median, scatter
from besok.model.arrays import Bools, Floats
from besok.model.findings import Finding

# Standard deviations: of sound counters' biases, their changes, broken ones'
SOUND, CHANGE, BROKEN = 0.015, 0.005, 0.3
DAY_TO_DAY = 0.01  # of a door's traffic: variation from day to day beyond chance
LEAKS = 0.02  # of a cell's traffic: people who leave it by an uncounted way
LEAST_VARIANCE, MOST_VARIANCE = 0.05, 1.0  # of in - out for each passage
MOST_Z = 4.0  # standard deviations, at most, that a day contributes
AFTER_DAYS, BEFORE_DAYS = 3, 7
RECENT_DAYS, LEAST_STILL = 3, 0.2  # days that must still be biased, by such a share of the bias
SURE = 9.0  # logarithm of the Bayes factor: 8,000 to 1
BY_BALANCE = 2.0  # of the log odds that must come from the balances alone: people may change their habits
LEAST_BIAS = 0.05
EITHER = log(3)
LEAST_FAIR = 0.2  # of the people who pass the doors of a cell, by which entries and exits may differ
ROUNDS = 3  # counters that are named at once at most
Z_95 = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class _Days:
    """Information of each day on the biases: precision (doors x doors) and pull (doors), and each door's own flows."""

    precision: Floats
    pull: Floats
    entries: Floats  # days x doors
    exits: Floats
    complete: Bools  # days x doors
    healthy: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class _Suspect:
    door: int
    day: int
    odds: float
    bias: float
    spread: float
    other: int | None


def unbalanced(
    layout: SensorLayout, series: SensorHistory, parts: CountedParts, bad: Bools
) -> Iterator[Finding]:
    """Find counters that count more one way than the other, from all doors and days together."""
    suspects: list[_Suspect] = []
    for _ in range(ROUNDS):
        days = _days(layout, series, parts, bad, suspects)
        suspect = _suspect(days, [s.door for s in suspects])
        if suspect is None:
            return
        suspects.append(suspect)
        own_counters = [n for n, c in enumerate(layout.counters) if c.door == suspect.door and c.own]
        if own_counters and abs(suspect.bias) >= LEAST_BIAS:
            yield _finding(layout, series, days, suspect, own_counters[0])


def _finding(layout: SensorLayout, series: SensorHistory, days: _Days, s: _Suspect, counter: int) -> Finding:
    lower, upper = (s.bias + side * Z_95 * s.spread for side in (-1, 1))
    numbers: dict[str, float | str] = {
        "out_share": (1 - s.bias / 2) / (1 + s.bias / 2),
        "bias": s.bias,
        "lower": lower,
        "upper": upper,
        "days": float((days.complete[s.day :, s.door]).sum()),
        "people_in": float(days.entries[s.day :, s.door].sum()),
        "people_out": float(days.exits[s.day :, s.door].sum()),
    }
    if s.other is not None:
        numbers["other"] = layout.doors[s.other].id
    since = series.times[int(np.searchsorted(series.day, s.day))]
    return finding_of(layout, layout.counters[counter], "unbalanced", since, numbers, s.odds)


def _suspect(days: _Days, known: Sequence[int]) -> _Suspect | None:
    """Return the door, and the day from which on, whose bias explains most; None if no bias is needed."""
    firsts = [0, *range(BEFORE_DAYS, len(days.entries) - AFTER_DAYS + 1)]
    suspects = [suspect for first in firsts if (suspect := _since(days, first, known))]
    best = max(suspects, key=lambda suspect: suspect.odds, default=None)
    return best if best and best.odds >= SURE and _is_still_biased(days, best) else None


def _since(days: _Days, first: int, known: Sequence[int]) -> _Suspect | None:
    """Return the likeliest door to be biased since the day `first`; None where the balances show none."""
    precision, pull = _evidence(days, first)
    sound = CHANGE if first else SOUND
    by_balance, _, _ = _judged(sound, precision, pull)
    if by_balance.max() <= BY_BALANCE:
        return None
    ratio_precision, ratio = _changes(days, first)
    odds, mean, spread = _judged(sound, precision + np.diag(ratio_precision), pull + ratio * ratio_precision)
    odds = np.where(by_balance > BY_BALANCE, odds, -np.inf)
    odds[known] = -np.inf
    ranked: list[int] = np.argsort(-odds, kind="stable").tolist()
    door, others = ranked[0], [n for n in ranked[1:2] if odds[n] > odds[ranked[0]] - EITHER]
    return _Suspect(
        door=door, day=first, odds=float(odds[door]), bias=float(mean[door]), spread=float(spread[door]),
        other=others[0] if others else None,
    )  # fmt: skip


def _evidence(days: _Days, first: int) -> tuple[Floats, Floats]:
    """Return the information of the balances on the doors' biases since the day `first`: precision and pull.

    With earlier days it is on changes: the small biases of sound counters stay the same.
    """
    after, pull = days.precision[first:].sum(axis=0), days.pull[first:].sum(axis=0)
    if not first:
        return after, pull
    all_days, all_pull = after + days.precision[:first].sum(axis=0), pull + days.pull[:first].sum(axis=0)
    steady = after @ np.linalg.inv(all_days + np.eye(len(all_days)) / SOUND**2)
    return after - steady @ after, pull - steady @ all_pull


def _judged(sound: float, precision: Floats, pull: Floats) -> tuple[Floats, Floats, Floats]:
    """For each door the logarithm of the Bayes factor that it is broken; its bias if it is, and the error of that."""
    extra = 1 / sound**2 - 1 / BROKEN**2
    posterior = np.linalg.inv(np.eye(len(precision)) / sound**2 + precision)
    mean, variance = posterior @ pull, np.diag(posterior)
    left = 1 - extra * np.minimum(variance, sound**2 * (1 - 1e-9))
    odds = log(sound / BROKEN) - np.log(left) / 2 + extra * mean**2 / left / 2
    return np.asarray(odds), mean / left, np.sqrt(variance / left)


def _is_still_biased(days: _Days, suspect: _Suspect) -> bool:
    """Tell whether the door's last days are still biased: a fixed fault is not reported."""
    door, first, bias = suspect.door, suspect.day, suspect.bias
    recent = np.flatnonzero(days.complete[:, door])[-RECENT_DAYS:]
    if not len(recent):
        return False
    prior = np.full(len(days.precision[0]), 1 / SOUND**2)
    prior[door] = 1 / BROKEN**2
    now = np.linalg.inv(np.diag(prior) + days.precision[recent].sum(axis=0)) @ days.pull[recent].sum(axis=0)
    if now[door] * np.sign(bias) < LEAST_STILL * abs(bias):
        return False
    usual = np.flatnonzero(days.complete[:first, door] & days.healthy[:first, door])
    if not first or not len(usual):
        return True
    change = median(_ratios(days, recent, door)) - median(_ratios(days, usual, door))
    return bool(change * np.sign(bias) > LEAST_STILL * abs(bias))


def _ratios(days: _Days, rows: np.ndarray[tuple[int, ...], np.dtype[np.int64]], door: int) -> Floats:
    """Return the logarithms of entries / exits."""
    return np.asarray(np.log((days.entries[rows, door] + 0.5) / (days.exits[rows, door] + 0.5)))


def _changes(days: _Days, first: int) -> tuple[Floats, Floats]:
    """Return by how much each door's own ratio of in to out has changed since day `first`: precision and change."""
    doors = days.entries.shape[1]
    precision, change = np.zeros(doors), np.zeros(doors)
    if first == 0:
        return precision, change
    for door in range(doors):
        usable = days.complete[:, door] & (np.minimum(days.entries[:, door], days.exits[:, door]) >= 5)
        before = np.flatnonzero(usable[:first] & days.healthy[:first, door])
        after = np.flatnonzero(usable[first:]) + first
        if len(before) < BEFORE_DAYS or len(after) < AFTER_DAYS:
            continue
        a, b = _ratios(days, before, door), _ratios(days, after, door)
        usual = median(a)
        volume = median(days.entries[before, door] + days.exits[before, door])
        spread2 = max(scatter(a, usual) ** 2, 4 * LEAST_VARIANCE / volume, DAY_TO_DAY**2)
        precision[door] = 1 / (1.6 * spread2 * (1 / len(a) + 1 / len(b)))
        change[door] = median(b) - usual
    return precision, change


def _days(
    layout: SensorLayout,
    series: SensorHistory,
    parts: CountedParts,
    bad: Bools,
    known: Sequence[_Suspect] = (),
) -> _Days:
    """Sum up counters by door and day, with each day's information after correcting the `known` suspects."""
    doors = len(layout.doors)
    to_door = np.eye(doors)[[counter.door for counter in layout.counters]]
    good = series.complete(bad)
    entries, exits = (
        series.by_day(np.where(series.works, f, 0)) @ to_door for f in (series.people_in, series.people_out)
    )
    complete = ((~good).astype(np.float64) @ to_door == 0) & (to_door.sum(axis=0) > 0)
    healthy = (~series.healthy_days()).astype(np.float64) @ to_door == 0
    incidence = _incidence(layout, parts)
    traffic = entries + exits
    lacking = (~complete).astype(np.float64) @ np.abs(incidence).T  # counted doors of the cell, on each day
    watched = (lacking == 0) & incidence.any(axis=1)
    watched &= _fair(series, to_door, incidence, entries, exits, complete)
    noise = _noise(incidence, entries, exits, watched)
    precision, pull = np.zeros((len(entries), doors, doors)), np.zeros((len(entries), doors))
    leaky = np.array(parts.leaky)
    net = entries - exits
    for s in known:
        net[s.day :, s.door] -= s.bias * traffic[s.day :, s.door] / 2
    for day in range(len(entries)):
        rows = watched[day]
        if not rows.any():
            continue
        b = incidence[rows]
        half = traffic[day] / 2
        errors = noise * traffic[day] + (DAY_TO_DAY * half) ** 2
        leaks = (LEAKS * (np.abs(b) @ half) * leaky[rows]) ** 2 + 4
        root = np.linalg.cholesky(b * errors @ b.T + np.diag(leaks))
        design = np.linalg.solve(root, b * half)
        pulls = np.clip(np.linalg.solve(root, b @ net[day]), -MOST_Z, MOST_Z)
        precision[day], pull[day] = design.T @ design, design.T @ pulls
    return _Days(
        precision=precision, pull=pull, entries=entries, exits=exits, complete=complete, healthy=healthy
    )


def _incidence(layout: SensorLayout, parts: CountedParts) -> Floats:
    """Return cells x doors: 1 where going in enters the cell, -1 where it leaves it."""
    incidence = np.zeros((parts.number, len(layout.doors)))
    for n, (outer, inner) in enumerate(zip(parts.outer, parts.inner, strict=True)):
        if layout.doors[n].counted and outer != inner:
            if inner != OUT:
                incidence[inner, n] = 1
            if outer != OUT:
                incidence[outer, n] = -1
    return incidence


def _fair(
    series: SensorHistory, to_door: Floats, incidence: Floats, entries: Floats, exits: Floats, complete: Bools
) -> Bools:
    """Return the cells whose doors count both directions: no beams without direction, no great excess of entries."""
    beam = (np.nan_to_num(series.people_in) == np.nan_to_num(series.people_out)).all(axis=0) @ to_door > 0
    touching = np.abs(incidence)
    net = (np.where(complete, entries - exits, 0) @ incidence.T).sum(axis=0)
    passed = (np.where(complete, entries + exits, 0) @ touching.T).sum(axis=0)
    return np.asarray((touching @ beam == 0) & (np.abs(net) <= LEAST_FAIR * passed), bool)


def _noise(incidence: Floats, entries: Floats, exits: Floats, watched: Bools) -> float:
    """Return the variance of in - out for each passage, from how much the days of a cell differ from their median."""
    net, passed = (entries - exits) @ incidence.T, (entries + exits) @ np.abs(incidence).T
    variances = []
    for cell in range(incidence.shape[0]):
        days = watched[:, cell] & (passed[:, cell] > 20)
        if days.sum() >= BEFORE_DAYS:
            scaled = net[days, cell] / np.sqrt(passed[days, cell])
            variances.append(scatter(scaled, median(scaled)) ** 2)
    return float(np.clip(np.median(variances), LEAST_VARIANCE, MOST_VARIANCE)) if variances else 0.143
