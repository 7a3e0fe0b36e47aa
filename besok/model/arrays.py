"""Array types that model, store and analytics share."""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class BySteps:
    """Arrays whose first axis is time in steps; None where nothing was asked for."""

    def __getitem__(self, steps: slice) -> Self:
        """Return some of the steps."""
        columns = ((column.name, getattr(self, column.name)) for column in fields(self))
        return replace(self, **{name: values[steps] for name, values in columns if values is not None})

    def put(self, steps: slice, part: Self) -> None:
        """Fill some of the steps in."""
        for column in fields(self):
            values = getattr(self, column.name)
            if values is not None:
                values[steps] = getattr(part, column.name)
