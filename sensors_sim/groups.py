"""Groups of visitors: arrival, gates, destinations and stays."""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from besok.model.arrays import Ints
from sensors_sim.columns import Columns
from sensors_sim.day_rates import Shares
from sensors_sim.plans import STOPS
from sensors_sim.routes import Ground

NOWHERE: Final = -1
PUBLIC, PROGRAMME, CLASSES, STAFF = range(4)  # series of groups
THROUGH_NEIGHBOUR: Final = {"library": 0.2, "park": 0.06}  # share of the public who come through another site
STAFF_WORDS: Final = ("staff", "personal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups(Columns):
    """Groups of one site, a row each. Times are milliseconds since 1970."""

    day: Ints  # ordinal of the business day
    series: Ints  # PUBLIC, PROGRAMME, ...: people are numbered within it
    arrive: Ints  # when they come to the site
    deadline: Ints  # when they must be out
    size: Ints  # people
    stops: Ints  # [row, stop] places to stay in, NOWHERE where there are fewer
    stay_s: Ints  # [row, stop]
    gate_in: Ints  # edges between outside and the site, or outside and a neighbour of the site
    gate_out: Ints
    via_in: Ints  # the edge by which they come from a neighbour, NOWHERE where the nearest will do
    via_out: Ints
    pace: Ints  # milliseconds for each second of an ordinary walker


def rows(count: int, **columns: object) -> Groups:
    """Return `count` groups; a column that is one number holds for all of them."""
    columns = {"via_in": NOWHERE, "via_out": NOWHERE} | columns
    shape = {"stops": (count, STOPS), "stay_s": (count, STOPS)}
    return Groups(
        **{
            f.name: np.broadcast_to(np.asarray(columns[f.name], dtype=np.int64), shape.get(f.name, (count,)))
            for f in fields(Groups)
        }
    )


def padded(*stops: int) -> list[int]:
    """Return up to STOPS places as a row of STOPS."""
    return [*stops, *(NOWHERE,) * (STOPS - len(stops))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """The entrances of a site from outside: its own gates first, then those of its neighbours, which lead there too."""

    edge: Ints  # by way: the gate between outside and the site, or outside and a neighbour
    via: Ints  # by way: the portal between the neighbour and the site, NOWHERE where the nearest will do
    upto: np.ndarray  # by way: cumulative shares of the public
    staff: int
    emergency: tuple[int, ...]
    lead_s: Ints  # by edge: seconds from the gate to the site

    def pick(self, u: np.ndarray) -> Ints:
        """Return the number of an entrance for each uniform `u`."""
        return np.minimum(np.searchsorted(self.upto, u, side="right"), len(self.edge) - 1)


_Way = tuple[int, int, float]  # gate, via, share


def gates(ground: Ground, number: int, entrances: Shares = ()) -> Gates | None:
    """Return the gates of site `number`; None if nobody can come in.

    `entrances` are shares of the public by portal ("site/portal"); what they leave is shared as it would be without.
    """
    edges = ground.gates(number)
    staff = [e for e in edges if _for_staff(ground, e)]
    public = [e for e in edges if e not in staff] or edges
    lead_s = np.zeros(len(ground.outer), dtype=np.int64)
    through = []
    for gate in (e for n in range(len(ground.sites)) if n != number for e in ground.gates(n)):
        walks = ground.paths.walk_s[ground.step_in(gate), ground.site_of[:-1] == number]
        if (walks >= 0).any() and not _for_staff(ground, gate):
            through.append(gate)
            lead_s[gate] = walks[walks >= 0].min()
    if not public and not through:
        return None
    share = THROUGH_NEIGHBOUR[ground.sites[number].kind] if public and through else float(not public)
    given = {ground.portals.index(name): given_share for name, given_share in entrances}
    entrances_of = [(e, NOWHERE, (1 - share) * w) for e, w in _falling(public)]
    doors = [e for e in ground.doors(number) if not _for_staff(ground, e)]
    if given.keys() & set(doors):
        entrances_of += [
            (e, via, share * part * w)
            for via, part in _falling(doors)
            for e, w in _falling(_before(ground, via, through))
        ]
    else:
        entrances_of += [(e, NOWHERE, share * w) for e, w in _falling(through)]
    if given:
        entrances_of = _with_shares(entrances_of, given)
    return Gates(
        edge=np.array([e for e, _, _ in entrances_of], dtype=np.int64),
        via=np.array([via for _, via, _ in entrances_of], dtype=np.int64),
        upto=np.cumsum([w for _, _, w in entrances_of]).round(9),
        staff=(staff or public or through)[0],
        emergency=tuple(ground.gates(number, counted=False)),
        lead_s=lead_s,
    )


def _for_staff(ground: Ground, gate: int) -> bool:
    return any(word in ground.portals[gate] for word in STAFF_WORDS)


def _before(ground: Ground, via: int, through: list[int]) -> list[int]:
    """Return the gates from which one can walk up to the portal `via`."""
    ends = [ground.outer[via], ground.inner[via]]
    return [e for e in through if (ground.paths.walk_s[ground.step_in(e), ends] >= 0).any()]


def _with_shares(ways: list[_Way], given: dict[int, float]) -> list[_Way]:
    """Return the entrances with given shares for some portals; the others keep their proportions."""
    keys = [gate if via == NOWHERE else via for gate, via, _ in ways]
    usual = {k: sum(w for n, (_, _, w) in zip(keys, ways, strict=True) if n == k) for k in keys}
    set_shares = {k: share for k, share in given.items() if usual.get(k)}
    left = sum(w for k, w in usual.items() if k not in set_shares)
    rest = max(0.0, 1 - sum(set_shares.values())) if left else 0.0
    factor = {k: set_shares[k] / w if k in set_shares else rest / left for k, w in usual.items() if w}
    total = sum(w * factor.get(k, 0.0) for k, (_, _, w) in zip(keys, ways, strict=True)) or 1.0
    return [(gate, via, w * factor.get(k, 0.0) / total) for k, (gate, via, w) in zip(keys, ways, strict=True)]


def _falling(edges: list[int]) -> list[tuple[int, float]]:
    """Portals with their shares: the first in the file is used most."""
    weights = [1 / (n + 2) for n in range(len(edges))]
    return [(e, w / sum(weights)) for e, w in zip(edges, weights, strict=True)]
