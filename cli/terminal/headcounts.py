"""Headcounts on a terminal."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import typer

from besok.model.headcount import OLDEST
from besok.model.site import Site
from besok.model.views.headcounts import HeadcountInfo, SiteHeadcounts, SpaceHeadcounts
from cli.terminal.tables import table


def moment(at: datetime | None, site: Site, now: datetime) -> datetime:
    """Return when a headcount was made: an hour alone is of today. Raises BadParameter for what cannot be."""
    if at is None:
        return now
    zone = ZoneInfo(site.timezone)
    there = now.astimezone(zone)
    of_today = at.year == 1900
    local = datetime.combine(there.date() if of_today else at.date(), at.time(), zone)
    if local > now:
        raise typer.BadParameter(
            f"{local:%Y-%m-%d %H:%M} is still to come: it is {there:%H:%M} at {site.id}; correct --at"
        )
    if local < now - OLDEST:
        raise typer.BadParameter(f"{local:%Y-%m-%d %H:%M} is not within the last sixty days; correct --at")
    return local


def listing(found: SiteHeadcounts, zone: str) -> Iterator[str]:
    """Yield what the headcounts of a site say, and each of them."""
    yield f"{found.site}: {said(found)}"
    heads = ("space", "headcounts", "within", "estimate off by", "sensor shows")
    yield from ("  " + line for line in table(heads, map(_space, found.spaces)))
    if found.counts:
        yield "  Headcounts:"
        columns = ("time", "space", "people", "seats", "by", "estimate", "")
        yield from ("    " + line for line in table(columns, [_count(c, zone) for c in found.counts]))


def said(found: SiteHeadcounts) -> str:
    """Return `of 40 headcounts 33 lay within the 80 % interval (68 to 91 %)`."""
    if not found.judged or found.share_lower is None or found.share_upper is None:
        return "no headcount could be compared with an estimate yet"
    between = f"{100 * found.share_lower:.0f} to {100 * found.share_upper:.0f} %"
    return f"of {found.judged} headcounts {found.within} lay within the 80 % interval ({between})"


def _space(s: SpaceHeadcounts) -> list[str]:
    within = f"{s.within} of {s.judged}" if s.judged else "-"
    off = "-" if s.bias is None else f"{s.bias:+.1f}"
    if s.scale is None or s.scale_lower is None or s.scale_upper is None:
        return [s.space, str(s.headcounts), within, off, "-"]
    shows = f"{100 * s.scale:.0f} % ({100 * s.scale_lower:.0f}-{100 * s.scale_upper:.0f})"
    return [s.space, str(s.headcounts), within, off, shows]


def _count(c: HeadcountInfo, zone: str) -> list[str]:
    estimate = "-"
    if c.estimate is not None and c.lower is not None and c.upper is not None:
        estimate = f"{c.estimate:.0f} ({c.lower:.0f}-{c.upper:.0f})"
    undone = f"undone by {c.undone_by}: {c.undone_why}" if c.undone else str(c.id)
    seats = "-" if c.seats_taken is None else str(c.seats_taken)
    time = f"{c.time.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    return [time, c.space, str(c.people), seats, c.counted_by, estimate, undone]
