"""How far a series moved at a known time, and how sure that is, when the series also moves by itself.

Intervention analysis with a local level (Box and Tiao, JASA 1975; Harvey and Durbin, JRSS A 1986): what is left of a
series after its control is a level that drifts, a yearly swing, chance from step to step, and a step at the known time.
Drift is what makes naive intervals too narrow: a series that wanders always differs before and after. How much it
drifts is summed out on a ladder by restricted likelihood. Then the same question is put at other times, when nothing
was done (placebos), and where their answers scatter more than they claim, the interval is widened to match.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Variance of the drift in a step of time by that of chance, and how far each is believed beforehand: series that do not
# drift at all are rarer than short ones make believe.
DRIFTS = {0.0: 0.3, 2e-3: 0.6, 0.01: 1.0, 0.05: 1.5, 0.25: 1.5}
SWINGS = (0.0, 1.0, 10.0)  # variance of the yearly swing by that of chance
WAVES = 3  # a year's swing is made of so many
CLEAR = 3.0  # standard errors; a step further off is an odd week, and counts less
EDGE = 4  # steps a placebo keeps from the ends
PRIOR = 5.0  # placebos' worth of belief that intervals are right as they are
FEWEST = 8  # steps before the change that are needed to know how the series moves


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The step in units of the series, its standard error, and the freedom of the t distribution it follows.

    `placebos` are what the same question gave at times when nothing happened, in standard errors before widening;
    `widened` is how many times wider the interval was made for them.
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
    fixed: Floats  # what is fitted freely: mean, controls
    after: Floats
    at: Floats  # in steps
    swing: Floats  # covariance of the yearly swing, steps x steps


def step(
    series: Floats, after: Flags, *, noise: Floats | None = None, control: Floats | None = None, steps_a_year: float
) -> Step | None:
    """The step of `series` (one value a step of time, NaN unknown) from where `after` begins to be true.

    `noise` is the variance of chance by step, in units of the usual one. `control` (steps, or steps x controls) moves
    like the series but was not acted on. None if there is too little to tell: eight steps before and two after are the
    least.
    """
    n = len(series)
    noise = np.ones(n) if noise is None else noise
    controls = np.zeros((n, 0)) if control is None else np.asarray(control, float).reshape(n, -1)
    known = ~np.isnan(series) & ~np.isnan(controls).any(axis=1)
    if (known & ~after).sum() < FEWEST or (known & after).sum() < 2:
        return None
    controls = controls[known] - controls[known].mean(axis=0)
    at = np.arange(n)[known].astype(float)
    data = _Data(
        y=series[known],
        noise=noise[known].copy(),
        fixed=np.concatenate([np.ones((len(at), 1)), controls], axis=1),
        after=after[known].astype(float),
        at=at,
        swing=_swing(at / steps_a_year),
    )
    for _ in range(2):
        drift, swing = _likeliest(data)
        data = _calmed(data, drift, swing)
    size, error = _averaged(data)
    drift, swing = _likeliest(data)
    placebos = _placebos(data, drift, swing)
    length = max(float(data.after.sum()), 2.0)
    independent = min(float((1 - data.after).sum()) / length, float(len(placebos)))
    scatter = float(np.mean(np.square(placebos))) if placebos else 1.0
    widened = float(np.sqrt(max(1.0, (PRIOR + independent * scatter) / (PRIOR + independent))))
    freedom = max(len(data.y) - data.fixed.shape[1] - 3.0, 3.0)
    return Step(size=size, error=error * widened, freedom=freedom, placebos=placebos, widened=widened)


def _covariance(data: _Data, drift: float, swing: float) -> Floats:
    """The covariance of the series in units of the variance of chance."""
    out: Floats = np.diag(data.noise)
    if drift:
        out = out + drift * np.minimum(data.at[:, None], data.at[None, :])
    return out + swing * data.swing if swing else out


def _swing(year: Floats) -> Floats:
    phase = 2 * np.pi * (year[:, None] - year[None, :])
    out: Floats = np.sum([np.cos(k * phase) / k**2 for k in range(1, WAVES + 1)], axis=0)
    return out


def _fit(data: _Data, design: Floats, drift: float, swing: float) -> tuple[Floats, Floats, float, float]:
    """Generalised least squares: coefficients, their covariance, variance of chance, and restricted log likelihood."""
    root = np.linalg.cholesky(_covariance(data, drift, swing))
    white = solve_triangular(root, np.concatenate([design, data.y[:, None]], axis=1), lower=True)
    x, y = white[:, :-1], white[:, -1]
    information = x.T @ x + 1e-10 * np.eye(x.shape[1])
    inverse: Floats = np.linalg.inv(information)
    found = inverse @ (x.T @ y)
    rest = max(len(y) - x.shape[1], 1)
    variance = float(((y - x @ found) ** 2).sum()) / rest + 1e-12
    log = -0.5 * rest * np.log(variance) - np.log(np.diag(root)).sum() - 0.5 * np.linalg.slogdet(information)[1]
    return found, variance * inverse, variance, float(log)


def _ladder() -> list[tuple[float, float]]:
    """The drifts and swings to weigh. A series of months shows no yearly swing, and yet may be in the midst of one."""
    return [(drift, swing) for drift in DRIFTS for swing in SWINGS]


def _design(data: _Data) -> Floats:
    return np.concatenate([data.fixed, data.after[:, None]], axis=1)


def _likeliest(data: _Data) -> tuple[float, float]:
    return max(_ladder(), key=lambda rung: _fit(data, _design(data), *rung)[3])


def _averaged(data: _Data) -> tuple[float, float]:
    """Size and error of the step, over all drifts and swings by their likelihood."""
    fits = [_fit(data, _design(data), *rung) for rung in _ladder()]
    log = np.array([f[3] + np.log(DRIFTS[rung[0]]) for f, rung in zip(fits, _ladder(), strict=True)])
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    sizes, errors = np.array([f[0][-1] for f in fits]), np.array([f[1][-1, -1] for f in fits])
    size = float(weight @ sizes)
    return size, float(np.sqrt(weight @ (errors + (sizes - size) ** 2)))


def _calmed(data: _Data, drift: float, swing: float) -> _Data:
    """The same with odd weeks weighing less: their chance is granted the variance that they show."""
    design = _design(data)
    found, *_ = _fit(data, design, drift, swing)
    whole = _covariance(data, drift, swing)
    rest = data.y - design @ found
    chance = data.noise * np.linalg.solve(whole, rest)  # the part of the rest that is chance
    usual = max(1.4826 * float(np.median(np.abs(chance / np.sqrt(data.noise)))), 1e-6)
    off = np.abs(chance) / (usual * np.sqrt(data.noise))
    noise = data.noise * np.maximum(1.0, off / CLEAR) ** 2
    return _Data(y=data.y, noise=noise, fixed=data.fixed, after=data.after, at=data.at, swing=data.swing)


def _placebos(data: _Data, drift: float, swing: float) -> tuple[float, ...]:
    """The same step at times before the change, as long as the real one where that fits, in standard errors."""
    before = int((1 - data.after).sum())
    length = min(int(data.after.sum()), max(before // 2, EDGE))
    root = np.linalg.cholesky(_covariance(data, drift, swing))
    white = solve_triangular(root, np.concatenate([_design(data), data.y[:, None]], axis=1), lower=True)
    q, _ = np.linalg.qr(white[:, :-1])
    y = white[:, -1] - q @ (q.T @ white[:, -1])
    out = []
    for first in range(EDGE, before - EDGE + 1):
        mark = np.zeros(len(data.y))
        mark[first : min(first + length, before)] = 1.0
        mark = solve_triangular(root, mark, lower=True)
        mark = mark - q @ (q.T @ mark)
        size = float(mark @ mark)
        if size < 1e-9:
            continue
        found = float(mark @ y) / size
        left = y - found * mark
        error = np.sqrt(float(left @ left) / max(len(y) - q.shape[1] - 1, 1) / size)
        out.append(found / max(float(error), 1e-12))
    return tuple(out)
