"""Findings: what is wrong with sensors, with the evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

Kind = Literal[
    "silent",  # says nothing any more
    "flapping",  # comes and goes
    "stuck",  # says the same again and again
    "blind",  # counts nobody while its neighbours are busy
    "fading",  # counts a smaller share of those who pass than before
    "swapped",  # takes in for out
    "unbalanced",  # counts more one way than the other, against what all doors tell together
    "double",  # counts the same passages as another one
    "impossible",  # tells of more people than can be
    "ghost",  # sees somebody where nobody is
]
KINDS: tuple[Kind, ...] = get_args(Kind)

Value = float | str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault of a sensor, with its evidence: numbers by name, as `words` puts them into a sentence.

    `device` and `channel` are empty if the whole site is meant. `portal` or `space` is what the channel observes.
    `other` names the second door of a pair. `odds` is the likelihood ratio of the fault, at most a million; `since` its
    estimated beginning.
    """

    kind: Kind
    device: str = ""
    channel: str = ""
    portal: str = ""
    space: str = ""
    since: datetime
    odds: float = 1e6
    evidence: Mapping[str, Value] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str]:
        """Return the identity of a finding: two findings with equal keys are the same."""
        return self.kind, self.device, self.channel
