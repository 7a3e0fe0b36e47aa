"""The forecast of the next hours, in a line for a site or a space."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from dash import html

from besok.model.views.series import ExpectedHour
from besok.services.next_hours import HOUR, LEAST, WEEKS
from besok.text import formats
from besok.text.languages import _
from dashboard.components.elements import present, quiet


def line(hours: Sequence[ExpectedHour], zone: str) -> Any:
    """Return the people to expect hour by hour; None where nothing is known."""
    if not hours:
        return None
    label = html.Span(_("Forecast"))
    return html.P([label, *(html.Span(_hour(one, zone)) for one in hours)], className="expected")


def of_site(expected: Mapping[str, Sequence[ExpectedHour]], site: str, zone: str) -> Any:
    """Return the line of a site with its basis, or why there is none; None where no open hour follows."""
    if site not in expected:
        return None
    basis = _("From the lowest to the highest of the same hour in the last {n} weeks.").format(n=WEEKS)
    missing = _(
        "No forecast for the next hours: fewer than {n} of the last {all} weeks were open and counted then."
    )
    note = basis if expected[site] else missing.format(n=LEAST, all=WEEKS)
    return html.Div(present(line(expected[site], zone), quiet(note)), className="next-hours")


def _hour(one: ExpectedHour, zone: str) -> list[Any]:
    first, last = (t.astimezone(ZoneInfo(zone)) for t in (one.start, one.start + HOUR))
    return [f"{first:%H}–{last:%H}: ", html.B("–".join(dict.fromkeys(formats.bounds(one.lower, one.upper))))]
