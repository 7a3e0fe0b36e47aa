"""The panel of the whole site: people now, visits today, and the state of its sensors."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from besok.model.calendar import business_day, exception_on
from besok.model.site import Site
from besok.model.views.attention import FindingInfo
from besok.model.views.live import SiteLive
from besok.text.languages import _, named, plural
from dashboard.components import live_parts, next_hours
from dashboard.components.card import Frame, bar, chip, count
from dashboard.components.elements import data, present
from dashboard.components.live_parts import Parts, part


def panel(live: SiteLive, frame: Frame, place: Site, sensors: Any = None) -> Any:
    """Return the totals of a site; `sensors` is a line about its sensors."""
    root, of_site = live.spaces[0], live_parts.of_site(live, place)
    parts = live_parts.of_space(root, frame.is_open)
    return html.Section(
        [
            html.Header(
                present(
                    html.H1(named(live.name)), html.P(part("opening", of_site)), _note(live, place), sensors
                )
            ),
            html.Div(
                [
                    html.Div(
                        [count(root, parts), html.P(whereabouts(place), className="where"), chip(parts)],
                        className="total",
                    ),
                    bar(root),
                    html.P(
                        [
                            *(part(name, parts) for name in ("between", "certainty", "share")),
                            part("updated", {}, className="updated"),
                        ],
                        className="facts",
                    ),
                ],
                className="now",
            ),
            frame.spark(root, _("People here today and a week ago"), axis=place.timezone),
            visits(live, frame.net, of_site),
            *present(next_hours.of_site(frame.expected, live.site, place.timezone)),
        ],
        className="hero",
        **data(**live_parts.state(root)),
    )


def _note(live: SiteLive, place: Site) -> Any:
    """Return the note on why today's hours are unusual, where there is one."""
    exception = exception_on(business_day(live.time, place), place.opening)
    return html.P(named(exception.note)) if exception and exception.note else None


def whereabouts(place: Site) -> str:
    """Return where the people counted for a site are."""
    return _("in the building now") if place.kind == "library" else _("in the park now")


def visits(live: SiteLive, net: bool, parts: Parts) -> Any:
    """Return the visits of today beside those of last week; `net`: the target counts them less the deductions."""
    return html.Div(
        [
            html.P(part("visits", parts), className="number"),
            html.P(_counted_as(live, net), className="where"),
            html.P(part("trend", parts), className="trend"),
        ],
        className="visits",
    )


def _counted_as(live: SiteLive, net: bool) -> str:
    """Return what the number is: whether corrections of doors are in it, and deductions that *Progress* takes off are
    not.
    """
    if abs(live.visits_corrected) >= 0.5:
        return _("visits today, corrected, before deductions") if net else _("visits today, corrected")
    return _("visits today, before deductions") if net else _("visits today")


def sensors_line(live: SiteLive, findings: Sequence[FindingInfo], sensors: int, refused: bool = False) -> Any:
    """Return a link to the page *Sensors*, where `sensors` are placed; None where all is well.

    `refused`: simulated messages are received, and do not count here.
    """
    name, n = "attention", sum(f.state == "open" for f in findings)
    if refused:
        text = _("Simulated messages are refused, since only people count here: what to do")
    elif not sensors:
        text = _("No sensor is placed here yet: what to do")
    elif all(space.heard is None for space in live.spaces):
        # The live script removes it at the first figure.
        name, text = "unheard", _("No sensor of this place has been seen yet: what to do")
    elif n:
        text = plural("{n} sensor needs attention", "{n} sensors need attention", n).format(n=n)
    else:
        return None
    address = f"/sensors/{live.site}" + ("#rejected" if refused else "")
    return html.P(dcc.Link(text, href=address), className="told", **data(part=name))
