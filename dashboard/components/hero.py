"""The panel of the whole site: how many are there now, how many came today."""

from typing import Any

from dash import html

from besok.model.views.live import SiteLive, SpaceLive
from besok.text import formats
from besok.text.languages import _, named
from dashboard.components import words
from dashboard.components.attrs import data
from dashboard.components.card import Frame, bar, chip, count, live_attributes


def hero(live: SiteLive, frame: Frame, kind: str, zone: str, told: Any = None) -> Any:
    """The totals of a site; `zone` is its time zone, `told` a line about its sensors."""
    root = live.spaces[0]
    head = [html.H1(named(live.name)), html.P(opening(live, zone), **data(part="opening"))]
    return html.Section(
        [
            html.Header([*head, *([told] if told else [])]),
            _now(root, kind, frame.is_open),
            frame.spark(root.space, _("People here today and a week ago"), **data(axis=zone)),
            _visits(live, frame),
        ],
        className="hero",
        **live_attributes(root),
    )


def _now(root: SpaceLive, kind: str, is_open: bool) -> Any:
    where = _("in the building now") if kind == "library" else _("in the park now")
    share = ""
    if root.people is not None and root.capacity:
        share = words.phrases()["share"].format(share=formats.percent(root.people / root.capacity))
    return html.Div(
        [
            html.Div([count(root), html.P(where, className="where"), chip(root, is_open)], className="total"),
            bar(root),
            html.P(
                [
                    html.Span(words.between(root), **data(part="between")),
                    html.Span(words.certainty(root), **data(part="certainty")),
                    html.Span(share, **data(part="share")),
                    html.Span("", className="updated", **data(part="updated")),
                ],
                className="facts",
            ),
        ],
        className="now",
    )


def _visits(live: SiteLive, frame: Frame) -> Any:
    return html.Div(
        [
            html.P([html.Span(formats.number(live.visits_today), **data(part="visits"))], className="number"),
            html.P(_counted_as(live, frame.net), className="where"),
            html.P(
                words.against(live.visits_today, live.visits_last_week, frame.weekday),
                className="trend",
                **data(part="trend"),
            ),
        ],
        className="visits",
    )


def _counted_as(live: SiteLive, net: bool) -> str:
    """What the number is: whether corrections of doors are in it, and deductions that *Progress* takes off are not."""
    if abs(live.visits_corrected) >= 0.5:
        return _("visits today, corrected, before deductions") if net else _("visits today, corrected")
    return _("visits today, before deductions") if net else _("visits today")


def opening(live: SiteLive, zone: str) -> str:
    """`Open until 20:00`, `Closed, opens Thu 08:00`."""
    phrases = words.phrases()
    if live.open_until:
        return phrases["open_until"].format(time=formats.clock(live.open_until, zone))
    if live.opens_at:
        return phrases["opens_at"].format(time=formats.soon(live.opens_at, zone, live.time))
    return words.no_change(live.is_open)
