"""What counters tell of ways, rooms and stays, and how a profile must change so that a made world tells the same."""

from dataclasses import dataclass, replace

import numpy as np

from sensors_sim.chronicle import Chronicle, Entrance, arrivals, entrances
from sensors_sim.fit_rates import faded
from sensors_sim.groups import THROUGH_NEIGHBOUR
from sensors_sim.noise import Floats, Ints
from sensors_sim.routes import Ground
from sensors_sim.scenario import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """What counters tell of a site besides its rates, from history or from a made world."""

    ways: Floats  # [entrance] shares
    stay_h: float  # person-hours in the site for each who enters; NaN if not known
    rooms: Floats  # [space] person-hours in each for each who enters; NaN if not known
    steps: (
        Floats  # [door] into rooms with one neighbour: entries for each visit of the site; NaN if not known
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """The spaces of a site that have counted doors."""

    spaces: tuple[str, ...]  # "site/space"
    within: tuple[tuple[int, ...], ...]  # of each, those that lie in it
    leaves: tuple[Entrance, ...]  # the ways into those that have one neighbour


def rooms_of(ground: Ground, number: int) -> Rooms:
    edges = [e for e in range(len(ground.portals)) if ground.counted[e]]
    ends = {int(p) for e in edges for p in (ground.outer[e], ground.inner[e])}
    own = sorted(p for p in ends if p != ground.outside and ground.site_of[p] == number)
    leaves = []
    for place in own:
        at = [e for e in edges if place in (ground.outer[e], ground.inner[e])]
        near = {int(ground.outer[e] + ground.inner[e]) - place for e in at}
        if len(near) == 1 and ground.outside not in near:
            leaves += [Entrance(portal=ground.portals[e], inward=int(ground.inner[e]) == place) for e in at]
    return Rooms(
        spaces=tuple(ground.spaces[p] for p in own),
        within=tuple(tuple(n for n, q in enumerate(own) if q != p and ground.inside[q, p]) for p in own),
        leaves=tuple(leaves),
    )


def moments_of(
    chronicle: Chronicle, ground: Ground, number: int, rooms: Rooms, fading: bool = False
) -> Moments:
    """`fading`: the last weeks count most, as they do for rates where no seasons are known."""
    site = ground.sites[number]
    seen = arrivals(chronicle, site, entrances(ground, number))
    known = seen.open & seen.usual & ~np.isnan(seen.people)
    weight = np.where(known, faded(chronicle.hours.days)[chronicle.hours.day] if fading else 1.0, 0.0)
    column = {name: n for n, name in enumerate(chronicle.spaces)}
    people = np.full((len(known), len(rooms.spaces)), np.nan)
    for n, name in enumerate(rooms.spaces):
        if name in column:
            people[:, n] = chronicle.people[:, column[name]]
    for n, inner in enumerate(rooms.within):
        people[:, n] -= people[:, list(inner)].sum(axis=1)
    root = (
        chronicle.people[:, column[f"{site.id}/{site.id}"]]
        if f"{site.id}/{site.id}" in column
        else people.sum(axis=1)
    )
    leaves = arrivals(chronicle, site, rooms.leaves).by_entrance
    came = seen.people
    ways = weight[known] @ seen.by_entrance[known]
    return Moments(
        ways=ways / max(1.0, ways.sum()),
        stay_h=_each(root, came, weight),
        rooms=np.array([_each(np.maximum(people[:, n], 0), came, weight) for n in range(people.shape[1])]),
        steps=np.array([_each(leaves[:, n], came, weight) for n in range(leaves.shape[1])]),
    )


def _each(figure: Floats, came: Floats, weight: Floats) -> float:
    """The figure for each who enters, over the hours in which both are known; of people in it (Little) hours."""
    both = (weight > 0) & ~np.isnan(figure)
    entered = float(weight[both] @ came[both])
    return float(weight[both] @ figure[both]) / entered if entered > 0 else float("nan")


def first_guess(ground: Ground, number: int, profile: Profile, told_of: Moments, rooms: Rooms) -> Profile:
    site = ground.sites[number]
    ways = entrances(ground, number)
    own = [way.portal.startswith(f"{site.id}/") for way in ways]
    kept = (
        1.0 if all(own) else 1 - THROUGH_NEIGHBOUR[site.kind]
    )  # those of a neighbour's portals come as usual
    share = np.where(own, told_of.ways, 0.0)
    shares = share / max(1e-9, share.sum()) * kept
    stays = np.where(np.isnan(told_of.rooms), 0.0, told_of.rooms)
    spaces: dict[str, float] = {}
    if stays.sum() > 0:
        stops = max(1.0, float(np.nansum(told_of.steps)))
        spaces = {
            name: _share(s / stays.sum() * stops)
            for name, s in zip(rooms.spaces, stays, strict=True)
            if s > 0
        }
    return replace(
        profile,
        stay_min=None if np.isnan(told_of.stay_h) else round(max(1.0, told_of.stay_h * 60), 2),
        entrances={way.portal.partition("/")[2]: round(float(s), 4)
                   for way, s, mine in zip(ways, shares, own, strict=True) if mine},
        spaces={name.partition("/")[2]: share for name, share in spaces.items()},
    )  # fmt: skip


def _share(value: float) -> float:
    return round(float(min(1.0, max(0.0, value))), 4)


def nearer(
    profile: Profile, wanted: Moments, made: list[Moments], rooms: Rooms, ways: list[Entrance]
) -> Profile:
    """The profile, changed by how far the made world was from what was told."""

    def of(figure: str) -> Floats:
        return np.asarray(np.mean([getattr(one, figure) for one in made], axis=0))

    entry = dict(zip((way.portal for way in ways), ratio(wanted.ways, of("ways"), 0.5), strict=True))
    went = {name: share * entry[f"{profile.site}/{name}"] for name, share in profile.entrances.items()}
    whole = sum(profile.entrances.values()) / max(1e-9, sum(went.values()))
    steps = _one(np.nansum(wanted.steps), np.nansum(np.where(np.isnan(wanted.steps), np.nan, of("steps"))))
    longer = _one(wanted.stay_h, float(of("stay_h"))) / steps
    room = dict(
        zip((s.partition("/")[2] for s in rooms.spaces), ratio(wanted.rooms, of("rooms"), 0.3), strict=True)
    )
    return replace(
        profile,
        entrances={name: round(float(share * whole), 4) for name, share in went.items()},
        stay_min=profile.stay_min and round(min(1440.0, max(0.5, profile.stay_min * longer * steps)), 2),
        spaces={name: _share(share * room[name] / longer) for name, share in profile.spaces.items()},
    )


def _one(wanted: float, made: float) -> float:
    return float(ratio(np.array([wanted]), np.array([made]), 0.5)[0])


def ratio(wanted: Floats, made: Floats, least: float) -> Floats:
    """How much more was told than made, within bounds; 1 where either is not known."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = wanted / made
    return np.where(np.isfinite(ratio), np.clip(ratio, least, 1 / least), 1.0)


def in_time(profile: Profile, wanted: Floats, made: Floats, clock: Ints, month: Ints) -> Profile:
    """The profile with hours and months such that as many come in a made world as were learnt.

    `wanted` and `made` are people entering, hour by hour, with the clock and month of each; months that were not learnt
    stay 1.
    """
    hours = ratio(_sums(clock, wanted, 24), _sums(clock, made, 24), 0.5)
    seasonal = len(set(profile.months)) > 1
    moved = made * hours[clock]
    months = (
        ratio(_sums(month - 1, wanted, 12), _sums(month - 1, moved, 12), 0.5) if seasonal else np.ones(12)
    )
    return replace(
        profile,
        week=tuple(tuple(round(float(v), 3) for v in row) for row in np.array(profile.week) * hours),
        months=tuple(round(float(m), 4) for m in np.array(profile.months) * months),
    )


def _sums(group: Ints, values: Floats, groups: int) -> Floats:
    return np.asarray(np.bincount(group, values, groups), dtype=np.float64)
