"""How far a series moved at a known time, and how sure that is, when the series also moves by itself.

Intervention analysis with a local level (Box and Tiao, JASA 1975; Harvey and Durbin, JRSS A 1986): what is left of a
series after its control is a level that drifts, a yearly swing, chance from step to step, and a step at the known time.
Drift is what makes naive intervals too narrow: a series that wanders always differs before and after. How much it
drifts and swings is summed out on a ladder by restricted likelihood. Real levels move by rare large steps: what drift
leaves unsure follows Student's t with the freedom seen in libraries, what chance leaves unsure the t of a long series.

Then the same question is put at earlier times, when nothing was done (placebos), each with what was known by then: a
step at the end of a series is less sure than one in its midst. Where their answers scatter more than they claim, the
interval is widened to match, and where they scatter less, it is narrowed a little.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

from besok.analytics.single_thread import on_one_core

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Variance of the drift in a step of time by that of chance, and how far each is believed beforehand: series that do not
# drift at all are rarer than short ones make believe.
DRIFTS = {0.0: 0.3, 2e-3: 0.6, 0.01: 1.0, 0.05: 1.5, 0.25: 1.5, 1.25: 1.0}
# Freedom of the t distribution of drift: the yearly changes of visits to Toronto's library branches until 2019, each
# branch with a scale of its own.
TAILS = 3.0
# Variance of the yearly swing by that of chance. Hardly a house has none, even if its months do not show it yet.
SWINGS = {0.0: 0.4, 1.0: 1.0, 10.0: 1.0}
WAVES = 12  # a year's swing is made of so many: Christmas, and weeks without school, are short
# Variance of a feast by that of chance, which is as good as not known at all before one was seen (four times as much
# says the same), and how far its days are alike, in years.
FEAST, ALIKE = 25.0, 0.03
CLEAR = 3.0  # standard errors; a step further off is an odd week, and counts less
EDGE = 4  # steps that a placebo lasts at the least
LEAST_BEFORE = 16  # steps before the first placebo
MOST_PLACEBOS = 40
# What is believed of the placebos' mean square beforehand, and how many independent ones that is worth: a model is
# never quite the series' own. Calm placebos narrow an interval no further than to the root of `NARROWEST`.
BELIEF, WORTH, NARROWEST = 1.2, 5.0, 0.8
FEWEST = 8  # steps before the change that are needed to know how the series moves


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The step in units of the series, its standard error, and the freedom of the t distribution it follows.

    `placebos` are what the same question gave at times when nothing happened, in standard errors before widening;
    `widened` is how many times wider the interval was made for them and for what no model knows.
    """

    size: float
    error: float
    freedom: float
    placebos: tuple[float, ...]
    widened: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Data:
    y: Floats
    noise: Floats  # variance of chance by step, in units of the usual one
    after: Floats
    at: Floats  # in steps
    swing: Floats  # covariance of the yearly swing, steps x steps
    feast: Floats  # covariance of what the feast brings every year, steps x steps, in units of chance


@on_one_core
def step(
    series: Floats,
    after: Flags,
    *,
    noise: Floats | None = None,
    feast: Floats | None = None,
    belief: float = BELIEF,
    steps_a_year: float,
) -> Step | None:
    """The step of `series` (one value a step of time, NaN unknown) from where `after` begins to be true.

    `noise` is the variance of chance by step, in units of the usual one; `feast` the share of each step (0..1) that
    lies in a feast of every year, of which nothing is known before one was seen; `belief` the mean square of placebos
    that is believed beforehand. None if there is too little to tell: eight steps before and two after are the least.
    """
    n = len(series)
    noise = np.ones(n) if noise is None else noise
    feast = np.zeros(n) if feast is None else feast
    known = ~np.isnan(series)
    if (known & ~after).sum() < FEWEST or (known & after).sum() < 2:
        return None
    at = np.arange(n)[known].astype(float)
    data = _Data(
        y=series[known],
        noise=noise[known].copy(),
        after=after[known].astype(float),
        at=at,
        swing=_swing(at / steps_a_year),
        feast=_feast(feast[known], at / steps_a_year),
    )
    for _ in range(2):
        data = _calmed(data, *_likeliest(data))
    asked = _asked(data)
    size, error = asked.answers[0], asked.errors[0]
    placebos = tuple((asked.answers[1:] / asked.errors[1:]).tolist())
    scatter = float(np.mean(np.square(placebos))) if placebos else 0.0
    square = (WORTH * belief + asked.independent * scatter) / (WORTH + asked.independent)
    widened = float(np.sqrt(max(NARROWEST, square)))
    return Step(
        size=float(size),
        error=float(error) * widened,
        freedom=_freedom(asked.drifted, max(len(data.y) - 4.0, 3.0)),
        placebos=placebos,
        widened=widened,
    )


def _freedom(drifted: float, chance: float) -> float:
    """The freedom of drift and chance together, `drifted` being drift's share of the variance (Satterthwaite 1946)."""
    return 1 / (drifted**2 / TAILS + (1 - drifted) ** 2 / chance)


def _covariance(data: _Data, drift: float, swing: float) -> Floats:
    """The covariance of the series in units of the variance of chance."""
    out: Floats = np.diag(data.noise) + data.feast
    if drift:
        out = out + drift * _walk(data.at)
    return out + swing * data.swing if swing else out


def _walk(at: Floats) -> Floats:
    return np.minimum(at[:, None], at[None, :])


def _swing(year: Floats) -> Floats:
    phase = 2 * np.pi * (year[:, None] - year[None, :])
    out: Floats = np.sum([np.cos(k * phase) / k**2 for k in range(1, WAVES + 1)], axis=0)
    return out


def _feast(share: Floats, year: Floats) -> Floats:
    far = year[:, None] - year[None, :]
    far -= np.round(far)
    out: Floats = FEAST * share[:, None] * share[None, :] * np.exp(-0.5 * (far / ALIKE) ** 2)
    return out


def _fit(data: _Data, drift: float, swing: float) -> tuple[Floats, float]:
    """Mean and step by generalised least squares, and the restricted log likelihood."""
    root = np.linalg.cholesky(_covariance(data, drift, swing))
    white = solve_triangular(root, np.stack([np.ones_like(data.y), data.after, data.y], axis=1), lower=True)
    x, y = white[:, :-1], white[:, -1]
    information = x.T @ x + 1e-10 * np.eye(2)
    found = np.linalg.solve(information, x.T @ y)
    rest = max(len(y) - 2, 1)
    variance = float(((y - x @ found) ** 2).sum()) / rest + 1e-12
    log = (
        -0.5 * rest * np.log(variance) - np.log(np.diag(root)).sum() - 0.5 * np.linalg.slogdet(information)[1]
    )
    return found, float(log)


def _ladder() -> list[tuple[float, float]]:
    """The drifts and swings to weigh. A series of months shows no yearly swing, and yet may be in the midst of one."""
    return [(drift, swing) for drift in DRIFTS for swing in SWINGS]


def _likeliest(data: _Data) -> tuple[float, float]:
    return max(_ladder(), key=lambda rung: _fit(data, *rung)[1])


def _calmed(data: _Data, drift: float, swing: float) -> _Data:
    """The same with odd weeks weighing less: their chance is granted the variance that they show."""
    (mean, size), _ = _fit(data, drift, swing)
    whole = _covariance(data, drift, swing)
    rest = data.y - mean - size * data.after
    chance = data.noise * np.linalg.solve(whole, rest)  # the part of the rest that is chance
    usual = max(1.4826 * float(np.median(np.abs(chance / np.sqrt(data.noise)))), 1e-6)
    off = np.abs(chance) / (usual * np.sqrt(data.noise))
    noise = data.noise * np.maximum(1.0, off / CLEAR) ** 2
    return replace(data, noise=noise)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Sizes of steps and their errors: the real one first, then placebos, of which so many are `independent`.

    `drifted` is the share of the real one's variance that is due to drift.
    """

    answers: Floats
    errors: Floats
    independent: float
    drifted: float


def _asked(data: _Data) -> _Asked:
    """The question put at the real time and at earlier ones, over all drifts and swings by their likelihood.

    Every placebo knows the series up to its end only, as the real one does.
    """
    before, length = int((1 - data.after).sum()), int(data.after.sum())
    length = max(min(length, before // 3), EDGE)
    firsts = np.arange(LEAST_BEFORE, before - length + 1)
    independent = max(before - LEAST_BEFORE, 0) / length if len(firsts) else 0.0
    if len(firsts) > MOST_PLACEBOS:
        firsts = np.unique(np.linspace(firsts[0], firsts[-1], MOST_PLACEBOS).round().astype(np.int64))
    ends = np.concatenate([[len(data.y)], firsts + length])
    marks = np.column_stack([data.after, np.arange(len(data.y))[:, None] >= firsts])
    told = [_steps(data, drift, swing, marks, ends) for drift, swing in _ladder()]
    log = np.array([_fit(data, *rung)[1] + np.log(DRIFTS[rung[0]] * SWINGS[rung[1]]) for rung in _ladder()])
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    sizes, variances = np.array([t[0] for t in told]), np.array([t[1] for t in told])
    size = weight @ sizes
    errors = np.sqrt(weight @ (variances + (sizes - size) ** 2))
    drifted = float(weight @ np.array([_drifted(data, *rung) for rung in _ladder()]))
    return _Asked(answers=size, errors=errors, independent=independent, drifted=drifted)


def _drifted(data: _Data, drift: float, swing: float) -> float:
    """The share of the variance of the real step that is due to drift."""
    if not drift:
        return 0.0
    x = np.stack([np.ones_like(data.y), data.after], axis=1)
    seen = np.linalg.solve(_covariance(data, drift, swing), x)
    variance = np.linalg.inv(x.T @ seen)
    by_value = seen @ variance[:, 1]  # how much each value of the series moves the step
    return float(drift * (by_value @ _walk(data.at) @ by_value) / variance[1, 1])


def _steps(data: _Data, drift: float, swing: float, marks: Floats, ends: np.ndarray) -> tuple[Floats, Floats]:
    """Size and variance of each step (column of `marks`) by what is known before its end.

    What whitens a series also whitens its beginning, so that sums along the whitened series answer for all ends.
    """
    root = np.linalg.cholesky(_covariance(data, drift, swing))
    ones = np.ones_like(data.y)
    white = solve_triangular(root, np.column_stack([ones, data.y, marks]), lower=True)
    one, y, mark = white[:, :1], white[:, 1:2], white[:, 2:]
    column = np.arange(marks.shape[1])

    def product(a: Floats, b: Floats) -> Floats:
        sums = np.cumsum(a * b, axis=0)[ends - 1]
        out: Floats = sums[column, column] if sums.shape[1] > 1 else sums[:, 0]
        return out

    mean = product(one, one)
    power = np.maximum(product(mark, mark) - product(mark, one) ** 2 / mean, 1e-12)
    size = (product(mark, y) - product(mark, one) * product(one, y) / mean) / power
    rest = product(y, y) - product(one, y) ** 2 / mean - power * size**2
    variance = np.maximum(rest, 1e-12) / np.maximum(ends - 2, 1) + 1e-12
    return size, variance / power
