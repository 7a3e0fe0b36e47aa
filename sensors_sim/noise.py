"""Random numbers that are the same on every machine.

Generators are seeded per purpose, so that any day can be drawn alone. What a platform's mathematics might round
differently (normal and lognormal quantiles) comes from tables made of rounded numbers; the rest is exact arithmetic.
"""

from functools import lru_cache
from hashlib import sha256
from math import exp
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from besok.model.arrays import Floats, Ints

STEPS: Final = 2048  # quantiles in a table
_QUANTILES: Final = [round(NormalDist().inv_cdf((i + 0.5) / STEPS), 4) for i in range(STEPS)]
NORMAL: Final[Floats] = np.array(_QUANTILES)  # the standard normal distribution by quantile

_MASK = (1 << 64) - 1
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_R30, _R27, _R31, _R11 = (np.uint64(n) for n in (30, 27, 31, 11))


def key(*words: object) -> int:
    """Return a 64-bit hash of `words`, stable across machines and versions."""
    return int.from_bytes(sha256("\x1f".join(map(str, words)).encode()).digest()[:8], "little")


def generator(*words: object) -> np.random.Generator:
    """Return the generator of a purpose: `generator(seed, "stadsparken", day)`."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key(*words))))


def uniform(keys: int | Ints, *numbers: Ints) -> Floats:
    """Return numbers in [0, 1) that depend on nothing but `keys` and `numbers` (one array each, equally long)."""
    with np.errstate(over="ignore"):
        state = np.asarray(keys, dtype=np.uint64) if isinstance(keys, int) else keys.astype(np.uint64)
        for number in numbers:
            state = _mix(state + number.astype(np.uint64) * _GOLDEN)
        return (_mix(state) >> _R11).astype(np.float64) * 2.0**-53


def _mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the finaliser of SplitMix64 (Steele, Lea, Flood: OOPSLA 2014): every bit of `x` stirs every other."""
    x = (x + _GOLDEN) & np.uint64(_MASK)
    x = (x ^ (x >> _R30)) * _MIX_1
    x = (x ^ (x >> _R27)) * _MIX_2
    return x ^ (x >> _R31)


def normal(u: Floats) -> Floats:
    """Return standard normal numbers from uniform ones."""
    return NORMAL[(u * STEPS).astype(np.int64)]


@lru_cache(maxsize=128)  # each world looks up the same stays
def lognormal_table(median: float, sigma: float) -> Ints:
    """Return quantiles of a lognormal distribution in whole units of `median`, to be looked up with `quantile`."""
    table = np.array([round(median * exp(sigma * z)) for z in _QUANTILES], dtype=np.int64)
    table.setflags(write=False)
    return table


def quantile(tables: Ints, which: Ints, u: Floats) -> Ints:
    """Return a number from table `which` of `tables` for each uniform `u`."""
    values: Ints = tables[which, (u * STEPS).astype(np.int64)]
    return values
