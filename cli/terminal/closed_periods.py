"""Closed periods as text."""

from collections.abc import Iterator

from besok.model.views.closed_periods import ClosedPeriod
from besok.text import revision_text
from besok.text.languages import in_both


def lines(period: ClosedPeriod) -> Iterator[str]:
    """Yield the lines of a closed period: number, figure and author, its revision or its end."""
    name = in_both(lambda: revision_text.period(period.first, period.last)).en
    besok01 = f", Besok01 {period.besok01:,}" if period.besok01 is not None else ""
    yield f"{period.id}  {period.site} {name}: gross {period.gross:,.0f}, net {period.net:,.0f}{besok01}"
    because = f": {period.reason}" if period.reason else ""
    yield f"    closed {period.closed:%Y-%m-%d %H:%M} UTC by {period.author} ({period.version}){because}"
    if period.ended:
        yield f"    ended {period.ended:%Y-%m-%d %H:%M} UTC by {period.ended_by}: {period.ended_why}"
    elif period.revision:
        yield f"    REVISION: {revision(period, 'gross')}"


def revision(period: ClosedPeriod, measure: str) -> str:
    """Return what the figure would be now and why, in English; empty where it would be the same."""
    return in_both(lambda: revision_text.revision(period, measure)).en
