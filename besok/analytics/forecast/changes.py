"""Changes of the level that a slow drift cannot explain: large and lasting shifts, openings after closures and slumps.

Shifts are found by the model that bridges and effects use (`level_shift`), in what the calendar leaves unexplained.
"""

from dataclasses import dataclass, replace

import numpy as np

from besok.analytics.forecast.fit import Rows, Setting, fit
from besok.analytics.forecast.level import YEAR
from besok.analytics.level_shift import LEAST_WEEKS, Weekly, by_week, likeliest_step
from besok.analytics.robust import median
from besok.model.arrays import Bools, Floats

MOST = 4  # steps
LEAST = 0.6  # of the log: a step below 80 % is left to the drift of the level
GAIN = 10.0  # by how much the log likelihood must grow
# What is believed of a found step, and of the level after a long closure: what stays, and what fades
STEP_SD, OPENED_SD, FADING_SD = 1.5, 0.3, 0.35
# Days in which the effect of an opening fades, quickly or slowly: unknown beforehand
FADES = (0.3 * YEAR, 0.8 * YEAR)
CLOSURE = 75.0  # days without figures, after which the level may differ
EVEN = 14.0  # days after which a step lasts or passes with even probability


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Times of steps and of openings; the last step is `age` days old (0: none).

    `slumps` flags rows of past slumps: they are not evidence of the level, like closed ones.
    """

    steps: tuple[float, ...]
    opened: tuple[float, ...]
    slumps: Bools
    since: int
    age: float

    def applied(self, rows: Rows) -> Rows:
        """Return the rows with a column for each change."""
        stays = rows.at[:, None] >= np.array([*self.steps, *self.opened])
        since = rows.at[:, None] - np.array(self.opened)
        fading = [np.where(since >= 0, np.exp(-np.maximum(since, 0) / fades), 0.0) for fades in FADES]
        steps, opened = len(self.steps), len(self.opened)
        breaks = tuple(sorted((*self.steps, *self.opened)))
        observed = replace(rows, logs=np.where(self.slumps, np.nan, rows.logs), breaks=breaks)
        return observed.with_columns(
            np.concatenate([stays, *fading], axis=1),
            np.repeat([STEP_SD, OPENED_SD, FADING_SD], [steps, opened, len(FADES) * opened]),
        )

    def undone(self, size: float, later: Floats, paths: int, rng: np.random.Generator) -> Floats | float:
        """Return minus the last step, of a `size`, from its end on in the paths where it ends: rows x paths.

        The rows are so many days `later` than the first one after the last that is known.

        An old step is likely permanent, a young one not: after d days it stays with probability d^2 / (d^2 + EVEN^2),
        else it lasts s more with probability d / (d + s).
        """
        if not self.age:
            return 0.0
        passes = rng.uniform(size=paths) > self.age**2 / (self.age**2 + EVEN**2)
        over = later[:, None] >= lasts(self.age, paths, rng)
        return np.where(over & passes, -size, 0.0)


def lasts(age: float, paths: int, rng: np.random.Generator) -> Floats:
    """Return the remaining duration in each future of a state of `age`: s more with probability age / (age + s)."""
    return np.asarray(age * (1 / rng.uniform(1e-9, 1, size=paths) - 1))


def changes(rows: Rows, setting: Setting) -> Changes:
    """Return the changes in the rows that have a log."""
    seen = np.flatnonzero(np.isfinite(rows.logs))
    at = rows.at[seen]
    gaps = np.flatnonzero(np.diff(at) > CLOSURE)
    after = len(at) - 1 - gaps
    opened = at[gaps[after * setting.step >= 7] + 1].tolist()
    fitted = fit(rows, setting, rounds=1)
    effects = rows.columns @ fitted.after.mean[: len(rows.sd)]
    residual = np.where(np.isfinite(rows.logs), rows.logs - fitted.middle - effects, np.nan)[: seen[-1] + 1]
    steps: list[float] = []
    for _ in range(MOST):
        step = _step(residual, rows.at, setting, steps)
        if step is None:
            break
        steps.append(step)
    lasting, ends, slumps = _without_slumps(residual, rows.at, np.array(sorted(steps)))
    last = max(lasting, default=0.0)
    age = float(at[-1]) - last + setting.step
    return Changes(
        steps=lasting, opened=tuple(sorted({*opened, *ends})), slumps=slumps,
        since=int(np.searchsorted(rows.at, last)) if lasting else 0, age=age if lasting else 0.0,
    )  # fmt: skip


def _without_slumps(
    residual: Floats, at: Floats, steps: Floats
) -> tuple[tuple[float, ...], tuple[float, ...], Bools]:
    """Return the steps without those of slumps, and the ends of slumps with the rows in them.

    A slump is over: its level is a step below the levels before and after it.
    """
    part = np.searchsorted(steps, at, side="right")
    change = np.diff([_level(residual[part[: len(residual)] == n]) for n in range(len(steps) + 1)])
    low = np.flatnonzero((change[:-1] < -LEAST) & (change[1:] > LEAST)) + 1
    lasting = np.delete(steps, np.concatenate([low - 1, low]))
    return tuple(lasting.tolist()), tuple(steps[low].tolist()), np.isin(part, low)


def _step(residual: Floats, at: Floats, setting: Setting, known: list[float]) -> float | None:
    """Return the time of the likeliest further step; None where none is large and sure enough."""
    weekly, first = _blocks(residual, at, setting.step)
    if len(first) < LEAST_WEEKS:
        return None
    # Rows of their own, each with rows on both sides
    begins = np.searchsorted(first, np.searchsorted(at, known))
    step = likeliest_step(weekly, first, first[np.unique(np.clip(begins, 1, len(first) - 1))], first[1:-1])
    if step is None or abs(step.size) < LEAST or step.gain < GAIN:
        return None
    row = _placed(residual, step.day) if setting.step < 7 else step.day
    return float(at[row]) if float(at[row]) not in known else None


def _blocks(residual: Floats, at: Floats, step: float) -> tuple[Weekly, np.ndarray]:
    """Return the rows by week, the last one complete; weeks and months as medians of three, since one is not proof."""
    if step < 7:
        cut = len(residual) % 7
        weekly, first = by_week(residual[cut:])
        return weekly, first + cut
    seen = np.flatnonzero(np.isfinite(residual))
    known = residual[seen]
    near = np.clip(np.arange(len(known)), 1, max(len(known) - 2, 1))
    calm = np.median([known[near - 1], known[near], known[near + 1]], axis=0) if len(known) > 2 else known
    return Weekly(at=at[seen] / 7, value=calm, noise=np.ones(len(seen))), seen


def _placed(residual: Floats, row: int) -> int:
    """Return the row within a week of `row` at which two levels, each the median of its side, leave the least."""
    begin, end = max(row - 21, 0), min(row + 21, len(residual))
    candidates = [n for n in range(max(row - 7, begin + 1), min(row + 8, end)) if np.isfinite(residual[n])]
    spreads = [_spread(residual[begin:n]) + _spread(residual[n:end]) for n in candidates]
    return candidates[int(np.argmin(spreads))] if candidates else row


def _level(some: Floats) -> float:
    known = some[np.isfinite(some)]
    return median(known) if len(known) else np.nan


def _spread(some: Floats) -> float:
    known = some[np.isfinite(some)]
    return float(np.abs(known - np.median(known)).sum()) if len(known) else 0.0
