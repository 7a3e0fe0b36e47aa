"""Companies on a visit: when they come, where they stay and for how long, before anybody has walked a step."""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from sensors_sim.noise import Ints
from sensors_sim.plans import STOPS
from sensors_sim.routes import Ground

NOWHERE: Final = -1
PUBLIC, PROGRAMME, CLASSES, STAFF = range(4)  # series of companies


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Companies of one site, a row each. Times are milliseconds since 1970."""

    day: Ints  # ordinal of the business day
    series: Ints  # PUBLIC, PROGRAMME, ...: people are numbered within it
    arrive: Ints  # when they come to the site
    deadline: Ints  # when they must be out
    size: Ints  # people
    stops: Ints  # [row, stop] places to stay in, NOWHERE where there are fewer
    stay_s: Ints  # [row, stop]
    gate_in: Ints  # edges between outside and the site, or outside and a neighbour of the site
    gate_out: Ints
    pace: Ints  # milliseconds for each second of an ordinary walker

    def __len__(self) -> int:
        return len(self.day)

    def only(self, keep: np.ndarray) -> "Groups":
        """The rows that `keep` selects."""
        return Groups(**{f.name: getattr(self, f.name)[keep] for f in fields(self)})


def join(parts: list[Groups]) -> Groups:
    """All rows of all parts."""
    return Groups(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Groups)})


def rows(count: int, **columns: object) -> Groups:
    """`count` companies; a column that is one number holds for all of them."""
    shape = {"stops": (count, STOPS), "stay_s": (count, STOPS)}
    return Groups(
        **{
            f.name: np.broadcast_to(np.asarray(columns[f.name], dtype=np.int64), shape.get(f.name, (count,)))
            for f in fields(Groups)
        }
    )


def padded(*stops: int) -> list[int]:
    """Up to three stops as a row of three."""
    return [*stops, *(NOWHERE,) * (STOPS - len(stops))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """The ways into a site from outside: its own first, then those of its neighbours, which lead there too."""

    edge: Ints
    upto: np.ndarray  # cumulative shares of the public
    staff: int
    emergency: tuple[int, ...]
    lead_s: Ints  # by edge: seconds from the gate to the site

    def pick(self, u: np.ndarray) -> Ints:
        """The number of a gate for each uniform `u`."""
        return np.minimum(np.searchsorted(self.upto, u, side="right"), len(self.edge) - 1)


THROUGH_NEIGHBOUR: Final = {"library": 0.2, "park": 0.06}  # share of the public who come through another site
STAFF_WORDS: Final = ("staff", "personal")


def gates(ground: Ground, number: int) -> Gates | None:
    """The gates of site `number`; None if nobody can come in."""
    own = ground.gates(number)
    staff = [e for e in own if any(word in ground.portals[e] for word in STAFF_WORDS)]
    public = [e for e in own if e not in staff] or own
    others = [e for n in range(len(ground.sites)) if n != number for e in ground.gates(n) if e not in staff]
    lead = {e: _lead_s(ground, e, number) for e in others}
    through = [e for e in others if lead[e] >= 0 and not any(w in ground.portals[e] for w in STAFF_WORDS)]
    if not public and not through:
        return None
    share = THROUGH_NEIGHBOUR[ground.sites[number].kind] if public and through else float(not public)
    weights = [(1 - share) * w for w in _falling(len(public))] + [share * w for w in _falling(len(through))]
    lead_s = np.zeros(len(ground.outer), dtype=np.int64)
    lead_s[through] = [lead[e] for e in through]
    return Gates(
        edge=np.array([*public, *through], dtype=np.int64),
        upto=np.cumsum(weights).round(9),
        staff=(staff or public or through)[0],
        emergency=tuple(ground.gates(number, counted=False)),
        lead_s=lead_s,
    )


def _falling(count: int) -> list[float]:
    """Shares of gates: the first in the file is used most."""
    weights = [1 / (n + 2) for n in range(count)]
    return [w / sum(weights) for w in weights]


def _lead_s(ground: Ground, gate: int, site: int) -> int:
    ways = ground.paths.walk_s[ground.step_in(gate), ground.site_of[:-1] == site]
    return int(min((w for w in ways if w >= 0), default=-1))
