"""Headcounts on a terminal."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import typer

from besok.model.headcount import OLDEST
from besok.model.plurals import many
from besok.model.site import Site
from besok.model.views.headcounts import SiteHeadcounts, SpaceHeadcounts
from cli.terminal.tables import listing


def moment(at: datetime | None, site: Site, now: datetime) -> datetime:
    """Return the time of a headcount: a time without a date is of today. Raises BadParameter for an impossible one."""
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


def lines(site: SiteHeadcounts) -> Iterator[str]:
    """Yield the summary of a site's headcounts, and each of them."""
    yield f"{site.site}: {summary(site)}"
    yield from listing(
        site.spaces,
        "space headcounts within judged",
        estimate_off_by=lambda s: s.bias,
        sensor_shows=_share,
    )
    yield from listing(
        site.counts, "id time space people seats_taken counted_by estimate lower upper undone_by undone_why"
    )


def summary(site: SiteHeadcounts) -> str:
    """Return `of 40 headcounts 33 lay within the 80 % interval (68 to 91 %)`."""
    if not site.judged or site.share_lower is None or site.share_upper is None:
        return "no headcount could be compared with an estimate yet"
    between = f"{100 * site.share_lower:.0f} to {100 * site.share_upper:.0f} %"
    return f"of {many(site.judged, 'headcount')} {site.within} lay within the 80 % interval ({between})"


def _share(s: SpaceHeadcounts) -> str:
    if s.scale is None or s.scale_lower is None or s.scale_upper is None:
        return ""
    return f"{100 * s.scale:.0f} % ({100 * s.scale_lower:.0f}-{100 * s.scale_upper:.0f})"
