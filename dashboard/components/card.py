"""The cards of the board. The live stream updates elements with `data-part`; all others stay."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dash import dcc, html

from besok.model.views.live import SpaceLive
from besok.model.views.series import ExpectedHour
from besok.text.languages import _, named
from dashboard.components import live_parts, next_hours
from dashboard.components.elements import HIDDEN, aria, data, present
from dashboard.components.live_parts import Parts, part

Value = float | None
Curve = Sequence[tuple[datetime, Value, Value, Value]]  # people with their interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The curve of a space today, and a week ago moved to today."""

    today: Curve = ()
    last_week: Curve = ()
    usual: str = ""  # last week at this time of day, with its interval


NO_CURVE = Today()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Shared properties of the cards of one board."""

    weekday: str
    first: datetime  # the curves run from here
    last: datetime  # to here
    is_open: bool = True
    net: bool = False  # the target counts net visits; those of today are gross
    curves: dict[str, Today] = field(default_factory=dict)
    top: float = 1.1  # the share of the capacity at which all curves end
    zone: str = "UTC"
    expected: Mapping[str, Sequence[ExpectedHour]] = field(
        default_factory=dict
    )  # in the next hours, by space

    def spark(self, space: SpaceLive, label: str, **more: str) -> Any:
        """Return the place where the script draws the curve of a space."""
        curve = self.curves.get(space.space, NO_CURVE)
        attributes = data(
            part="spark",
            **{"from": str(int(self.first.timestamp())), "to": str(int(self.last.timestamp()))},
            points=_packed(curve.today),
            ghost=_packed(point[:2] for point in curve.last_week),
            capacity=str(space.capacity or ""),
            top=f"{self.top:.3f}",
            **more,
        )
        return html.Div(className="spark", role="img", **aria(label=label), **attributes)


def _packed(curve: Iterable[tuple[Any, ...]]) -> str:
    points = [
        [int(t.timestamp()), *(None if v is None else round(v, 1) for v in values)] for t, *values in curve
    ]
    return json.dumps(points, separators=(",", ":"))


def count(space: SpaceLive, parts: Parts) -> Any:
    """Return the number of people with its interval, and the capacity where there is one."""
    return html.P(
        [
            part("people", parts, className="people"),
            part("range", parts, className="range", title=parts["between"]),
            *([part("capacity", parts, className="capacity")] if space.capacity else []),
        ],
        className="count",
    )


def bar(space: SpaceLive) -> Any:
    """Return the share of the capacity as a bar; where there is no capacity there is no bar."""
    if not space.capacity:
        return html.Div(className="bar-none")
    fill = html.Div(className="fill", style={"width": live_parts.fill(space)}, **data(part="fill"))
    return html.Div(fill, className="meter", **HIDDEN)


def chip(parts: Parts) -> Any:
    """Return the level as a sign and a word."""
    return html.Span([html.Span(className="icon", **HIDDEN), part("verdict", parts)], className="chip")


def row(space: SpaceLive, href: str, frame: Frame) -> Any:
    """Return a room inside the space of a card, as one line of it."""
    parts = live_parts.of_space(space, frame.is_open)
    line = [
        dcc.Link(named(space.name), href=href),
        count(space, parts),
        part("age", {}, className="age"),
        chip(parts),
    ]
    return html.Li(line, **data(**live_parts.state(space)))


def storey(space: SpaceLive, href: str, frame: Frame) -> Any:
    """Return the heading of a storey, with its own count."""
    parts = live_parts.of_space(space, frame.is_open)
    content = [
        html.H2(dcc.Link(named(space.name), href=href)),
        count(space, parts),
        chip(parts),
        part("certainty", parts, className="certainty"),
        part("updated", {}, className="updated"),
    ]
    return html.Header(content, className="storey-head", **data(**live_parts.state(space)))


def card(space: SpaceLive, href: str, frame: Frame, inside: Sequence[Any] = ()) -> Any:
    """One space of the board, with a line for each room inside it."""
    name, parts = named(space.name), live_parts.of_space(space, frame.is_open)
    usual = frame.curves.get(space.space, NO_CURVE).usual
    before = _("{n} last {weekday}").format(weekday=frame.weekday, n=usual) if usual else ""
    next_values = () if space.basis == "presence" else frame.expected.get(space.space, ())
    return html.Article(
        [
            html.Header([html.H3(dcc.Link(name, href=href)), chip(parts)]),
            html.Div(
                [
                    count(space, parts),
                    html.P(part("seats", parts), className="seats"),
                    html.P(part("certainty", parts), className="certainty"),
                ],
                className="figures",
            ),
            bar(space),
            frame.spark(space, _("People in {space} today").format(space=name)),
            *present(next_hours.line(next_values, frame.zone)),
            html.Ul(list(inside), className="inside"),
            html.Footer([html.Span(before), part("updated", {}, className="updated")]),
        ],
        className="card with-rooms" if inside else "card",
        **data(**live_parts.state(space)),
    )
