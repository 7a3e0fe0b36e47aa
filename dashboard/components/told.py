"""What the board says of the sensors behind it: that some need attention, or that none has been heard yet."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from besok.model.views.attention import FindingInfo
from besok.model.views.live import SiteLive
from besok.text.languages import _, plural
from dashboard.components.attrs import data


def told(live: SiteLive, findings: Sequence[FindingInfo], sensors: int) -> Any:
    """One line that leads to the page *Sensors*, where `sensors` are placed; None where all is well."""
    if not sensors:
        return _line(live, _("No sensor is placed here yet: what to do"))
    if all(
        space.heard is None for space in live.spaces
    ):  # the live script takes it away with the first figure
        return _line(live, _("No sensor of this place has been heard yet: what to do"), "unheard")
    n = sum(f.state == "open" for f in findings)
    return (
        _line(live, plural("{n} sensor needs attention", "{n} sensors need attention", n).format(n=n))
        if n
        else None
    )


def _line(live: SiteLive, text: str, part: str = "attention") -> Any:
    return html.P(dcc.Link(text, href=f"/sensors/{live.site}"), className="told", **data(part=part))
