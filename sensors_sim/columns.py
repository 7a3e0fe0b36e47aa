"""Dataclasses of arrays, used as tables."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np


@dataclass(frozen=True, slots=True)
class Columns:
    """A table: every field of a subclass is an array with a row for each thing."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def only(self, rows: Any) -> Self:
        """Return the rows that a mask or an array of row numbers selects."""
        return type(self)(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return the rows of all parts, of which there must be one at least."""
        return cls(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)})
