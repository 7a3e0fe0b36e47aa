"""The usual week of a space as a table of colours: weekdays by hours."""

from collections.abc import Collection, Sequence
from typing import Any

from dash import html

from besok.model.views.series import HeatCell
from besok.text import formats
from besok.text.languages import _

QUIET = 0.05  # of the highest: below this, hours at the ends of the day are left out
STRONG = 0.6  # of the highest: from here on the cell is dark and its figure light


def table(cells: Sequence[HeatCell], caption: str, opened: Collection[tuple[int, int]]) -> Any:
    """Return a table that reads as numbers and looks like a heat map. Cells without a figure are unknown if their
    weekday and hour are among those `opened`, else a gap.
    """
    known = {(c.weekday, c.hour): c for c in cells if c.people is not None}
    top = max((c.people or 0 for c in known.values()), default=0)
    header = html.Tr(
        [
            html.Th(html.Span(_("Hour"), className="unseen"), scope="col"),
            *[html.Th(name, scope="col") for name in formats.weekdays()],
        ]
    )
    rows = [
        html.Tr(
            [
                html.Th(f"{hour % 24:02}", scope="row"),
                *[_cell(known.get((day, hour)), top, is_open=(day, hour) in opened) for day in range(7)],
            ]
        )
        for hour in hours(cells)
    ]
    return html.Table(
        [html.Caption(caption, className="unseen"), html.Thead(header), html.Tbody(rows)], className="heat"
    )


def hours(cells: Sequence[HeatCell]) -> list[int]:
    """Return the local hours from the first to the last in which anybody to speak of is there, in the business day's
    order.
    """
    order = sorted({c.hour for c in cells}, key=lambda h: (h - 4) % 24)
    enough = max(0.5, QUIET * max((c.people or 0 for c in cells), default=0))
    lively = {c.hour for c in cells if (c.people or 0) >= enough}
    busy = [place for place, hour in enumerate(order) if hour in lively]
    return order[busy[0] : busy[-1] + 1] if busy else []


def busiest(cells: Sequence[HeatCell]) -> HeatCell | None:
    """Return the hour of the week with most people."""
    known = [c for c in cells if c.people]
    return max(known, key=lambda c: c.people or 0, default=None)


def _cell(cell: HeatCell | None, top: float, *, is_open: bool) -> Any:
    if cell is None or cell.people is None:
        return html.Td(formats.UNKNOWN, className="unknown") if is_open else html.Td(className="closed")
    share = cell.people / top if top else 0
    name = "strong-cell" if share >= STRONG else None
    interval = formats.interval(cell.lower, cell.upper)
    parts: list[Any] = [formats.number(cell.people), *([" ", html.Small(interval)] if interval else [])]
    return html.Td(parts, style={"--heat": f"{depth(share):.0%}"}, className=name)


def depth(share: float) -> float:
    """Return how much colour: no middle tones, on which neither dark nor light figures can be read."""
    return 0.45 * share / STRONG if share < STRONG else 0.75 + 0.25 * (share - STRONG) / (1 - STRONG)
