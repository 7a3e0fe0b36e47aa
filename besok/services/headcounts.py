"""Headcounts of a site: storing, listing, and the accuracy of estimates and room sensors."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np

from besok.analytics.occupancy.evidence import SCALE_SD
from besok.analytics.occupancy.headcounts import headcount_sd
from besok.analytics.occupancy.levels import LevelScale
from besok.analytics.validation_count import clock_shift
from besok.model import calendar
from besok.model.headcount import Headcount
from besok.model.site import Site
from besok.model.views.headcounts import HeadcountInfo, RoomToCount, SiteHeadcounts, SpaceHeadcounts
from besok.store import headcounts
from besok.store.database import Database

PERIOD = timedelta(days=56)  # of headcounts that are judged where no days are asked for
STATED = 0.8  # share that the intervals are to hold
ENOUGH = 10  # headcounts from which on the intervals are judged
Z_95 = 1.96
MINUTE = 1.0


def receive_headcount(db: Database, site: Site, count: Headcount, now: datetime) -> bool:
    """Store a headcount; False if it was stored before. Raises NotFound, StoreRefused."""
    return headcounts.receive(db, site, count, clock_shift(count.sent, now), now)


def get_rooms(db: Database, site: Site, now: datetime) -> list[RoomToCount]:
    """Return the spaces to be walked, in the order of the building, with their last headcounts of today; none that is
    closed.
    """
    since = calendar.day_bounds(calendar.business_day(now, site), site)[0]
    return db.fetch("headcount_rooms", RoomToCount, site=site.id, since=since, now=now)


def get_headcounts(
    db: Database, site: Site, now: datetime, first: date | None = None, last: date | None = None
) -> SiteHeadcounts:
    """Return the headcounts of business days, both included (default: the last eight weeks), with their summary."""
    last = last or calendar.business_day(now, site)
    first = first or last - PERIOD
    span = {"first": calendar.day_bounds(first, site)[0], "last": calendar.day_bounds(last, site)[1]}
    counts = db.fetch("headcounts", HeadcountInfo, site=site.id, **span)
    used = [c for c in counts if c.undone is None]
    judged = [c for c in used if c.within is not None]
    within = sum(bool(c.within) for c in judged)
    lower, upper = _wilson(within, len(judged))
    return SiteHeadcounts(
        site=site.id,
        first=first,
        last=last,
        judged=len(judged),
        within=within,
        share_lower=lower,
        share_upper=upper,
        honest=None if lower is None or upper is None or len(judged) < ENOUGH else lower <= STATED <= upper,
        spaces=tuple(
            _space([c for c in used if c.space == space]) for space in sorted({c.space for c in used})
        ),
        counts=tuple(counts),
    )


def _space(counts: Sequence[HeadcountInfo]) -> SpaceHeadcounts:
    judged = [c for c in counts if c.within is not None]
    off = [c.estimate - c.people for c in judged if c.estimate is not None]
    paired = [c for c in reversed(counts) if c.shown is not None and c.people > 0]
    scale = _scale(paired)
    return SpaceHeadcounts(
        space=counts[0].space,
        name=counts[0].name,
        headcounts=len(counts),
        judged=len(judged),
        within=sum(bool(c.within) for c in judged),
        bias=sum(off) / len(off) if off else None,
        mean_people=sum(c.people for c in counts) / len(counts),
        beside=len(paired),
        scale=scale[0] if scale else None,
        scale_lower=scale[0] - Z_95 * scale[1] if scale else None,
        scale_upper=scale[0] + Z_95 * scale[1] if scale else None,
    )


def _scale(paired: Sequence[HeadcountInfo]) -> tuple[float, float] | None:
    """Return the ratio of a space's counter to the people there, and its standard deviation."""
    if not paired:
        return None
    scale = LevelScale(np.ones(1), np.full(1, SCALE_SD))
    people, shown = (np.array([[getattr(c, name)] for c in paired], float) for name in ("people", "shown"))
    scale.follow(shown, people, headcount_sd(people), MINUTE)
    return float(scale.mean[0]), float(scale.sd[0])


def _wilson(within: int, judged: int) -> tuple[float | None, float | None]:
    """Return the 95 % interval of a share (Wilson 1927): of 33 in 40 it is 0.68 to 0.91."""
    if not judged:
        return None, None
    from scipy.stats import binomtest  # half a second to load, which only this needs

    interval = binomtest(within, judged).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)
