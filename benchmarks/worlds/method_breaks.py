"""Houses whose doors are counted for two years, for tests and benchmarks of method breaks."""

from dataclasses import dataclass

import numpy as np

from benchmarks.worlds.weather import spells
from besok.analytics.bridge import (
    COUNTERS_SD,
    UNSEEN,
    Bridge,
    BridgedGrowth,
    DoorCounts,
    SensorChange,
    bridges,
    found,
    growth,
    ratio_side_by_side,
    unseen_at,
)
from besok.model.arrays import Floats

DAYS = 728
BEFORE, NOW = slice(0, 364), slice(364, 728)
BETTER = 1.08  # what the new counter counts of what the old one did


def house(seed: int, doors: int, days: int = DAYS) -> DoorCounts:
    """Visits by day and door: weekdays, a season, busy days that follow each other, doors that wander apart; growth of
    8 % a year; a park beside it."""
    rng, day = np.random.default_rng(seed), np.arange(days)
    busy = spells(np.append(0.0, rng.normal(0, 0.1, days - 1)), 0.5)
    level = np.array([1, 1.05, 1.1, 1, 0.9, 0.75, 0.4])[day % 7] * np.exp(0.08 * day / 364 + busy)
    level *= np.exp(0.2 * np.sin(2 * np.pi * day / 365 + rng.uniform(0, 6)))
    share = rng.dirichlet(np.full(doors, 3.0)) * 900 + 60
    apart = np.cumsum(rng.normal(0, 0.0015, (days, doors)), axis=0) + rng.normal(0, 0.07, (days, doors))
    apart += 0.06 * np.sin(2 * np.pi * day[:, None] / 365 + rng.uniform(0, 6, doors))
    counts = rng.poisson(level[:, None] * share * np.exp(apart)).astype(np.float64)
    counts[rng.random(days) < 0.03] = np.nan
    park = 1500 * np.exp(0.5 * np.sin(2 * np.pi * (day - 80) / 365) + 0.5 * busy + rng.normal(0, 0.3, days))
    return DoorCounts(counts=counts, beside=park[:, None], weekday=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What growth was told after a counter had changed, the growth that was, and whether a step was found."""

    growth: BridgedGrowth
    truth: float
    found: bool


def moved(seed: int, doors: int, how: str) -> Moved:
    """Bridge a house in which the counter of one door changes by 8 %.

    `how` the change is known: by the "level", by an "overlap" of two weeks, "unknown", or there is "none".
    """
    made, rng = house(seed, doors), np.random.default_rng(seed + 77)
    day, door = int(rng.integers(60, DAYS - 60)), int(rng.integers(0, doors))
    truth = _growth(made.counts)
    old = made.counts[day - 14 : day, door]
    if how != "none":
        made.counts[day:, door] = np.round(made.counts[day:, door] * BETTER)
    old = old[np.isfinite(old)]
    new = np.round(old * BETTER * np.exp(rng.normal(0, 0.02, len(old))))
    side = {"old": tuple(map(float, old)), "new": tuple(map(float, new))} if how == "overlap" else {}
    changes = [SensorChange(day=day, door=door, **side)] if how in ("level", "overlap") else []
    known = bridges(made, changes)
    more = found(made, known)
    over = [*known, *more]
    told = growth(np.nan_to_num(made.counts), over, NOW, BEFORE, unseen_at(made, over))
    assert told
    return Moved(growth=told, truth=truth, found=bool(more))


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """What growth was told after sensors had replaced a gate, the growth that was, and both logarithms of the ratio."""

    growth: BridgedGrowth
    truth: float
    bridge: Bridge
    ratio: float


def replaced(seed: int, doors: int, beside: int) -> Replaced:
    """Bridge a house of which a gate counted all doors together until sensors came, which count -10 to +10 % more.

    The gate stays so many days `beside` them; without, how they differ is not known.
    """
    made, rng = house(seed, doors), np.random.default_rng(seed + 99)
    day, ratio = int(rng.integers(120, DAYS - 120)), float(np.log(rng.uniform(0.9, 1.1)))
    truth = _growth(made.counts)
    counts = np.nan_to_num(made.counts)
    gate = np.round(counts.sum(axis=1) * np.exp(rng.normal(0, 0.02, DAYS) - ratio))
    both = slice(day, day + beside)
    known = ratio_side_by_side(gate[both].tolist(), counts[both].sum(axis=1).tolist()) if beside else None
    size, se, method = (*known, "overlap") if known else (0.0, COUNTERS_SD, "prior")
    bridge = Bridge(day=DAYS, door=doors, kind="source", method=method, size=size, se=se)  # type: ignore[arg-type]
    counts[:day] = 0.0
    gate[day:] = 0.0
    told = growth(np.column_stack([counts, gate]), [bridge], NOW, BEFORE, [*unseen_at(made, []), UNSEEN])
    assert told
    return Replaced(growth=told, truth=truth, bridge=bridge, ratio=ratio)


def _growth(counts: Floats) -> float:
    return float(np.nansum(counts[NOW]) / np.nansum(counts[BEFORE]) - 1)
