"""The cards of the board. The live script repaints what carries `data-part`; everything else stays."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dash import dcc, html

from besok.model.views.live import SpaceLive, patience
from besok.text import formats
from besok.text.languages import _, named
from dashboard.components import words
from dashboard.components.attrs import HIDDEN, aria, data

Value = float | None
Curve = Sequence[tuple[datetime, Value, Value, Value]]  # people with their interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The curve of a space today, and a week ago moved to today."""

    today: Curve = ()
    last_week: Curve = ()
    usual: str = ""  # last week at this time of day, with its interval

    def attributes(self) -> dict[str, Any]:
        """For the script that draws it."""
        return {
            "data-points": _packed(self.today),
            "data-ghost": _packed(point[:2] for point in self.last_week),
        }


NO_CURVE = Today()


def _packed(curve: Iterable[tuple[Any, ...]]) -> str:
    points = [
        [int(t.timestamp()), *(None if v is None else round(v, 1) for v in values)] for t, *values in curve
    ]
    return json.dumps(points, separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the cards of one board share."""

    weekday: str
    first: datetime  # the curves run from here
    last: datetime  # to here
    is_open: bool = True
    net: bool = False  # the target counts visits less the deductions; those of today are told before
    curves: dict[str, Today] = field(default_factory=dict)

    def spark(self, space: str, label: str, **more: Any) -> Any:
        """The place where the script draws the curve of a space."""
        scale: dict[str, Any] = {
            "data-from": str(int(self.first.timestamp())),
            "data-to": str(int(self.last.timestamp())),
        }
        curve = self.curves.get(space, NO_CURVE).attributes()
        return html.Div(
            className="spark", role="img", **aria(label=label), **data(part="spark"), **scale, **curve, **more
        )


def live_attributes(space: SpaceLive) -> dict[str, Any]:
    """What a card tells the script and the style sheet."""
    return {
        "data-space": space.space,
        "data-state": space.freshness,
        "data-level": space.level,
        "data-basis": space.basis or "",
        "data-known": "" if space.people is None else "1",
        "data-heard": space.heard.isoformat() if space.heard else "",
        "data-time": space.time.isoformat() if space.time else "",
        "data-patience": f"{patience(space.interval_s):g}",
    }


def count(space: SpaceLive) -> Any:
    """The number of people with its interval, and the capacity where there is one."""
    people = html.Span(words.people(space), className="people", **data(part="people"))
    interval = words.interval(space)
    parts = [people, html.Span(interval, className="range", title=words.between(space), **data(part="range"))]
    if space.capacity:
        parts.append(html.Span(f"/ {formats.number(space.capacity)}", className="capacity"))
    return html.P(parts, className="count")


def bar(space: SpaceLive) -> Any:
    """How full, as a bar; where there is no capacity there is no bar."""
    if not space.capacity:
        return html.Div(className="bar-none")
    share = min((space.people or 0) / space.capacity, 1)
    fill = html.Div(className="fill", style={"width": f"{share:.1%}"}, **data(part="fill"))
    return html.Div(fill, className="meter", **HIDDEN)


def chip(space: SpaceLive, is_open: bool) -> Any:
    """The level as a sign and a word."""
    icon = html.Span(className="icon", **HIDDEN)
    return html.Span(
        [icon, html.Span(words.verdict(space, is_open), **data(part="verdict"))], className="chip"
    )


def row(space: SpaceLive, href: str, is_open: bool) -> Any:
    """A room inside the space of a card, as one line of it."""
    age = html.Span("", className="age", **data(part="age"))
    parts = [dcc.Link(named(space.name), href=href), count(space), age, chip(space, is_open)]
    return html.Li(parts, **live_attributes(space))


def storey(space: SpaceLive, href: str, is_open: bool) -> Any:
    """The heading of a storey, with its own count."""
    certainty = html.Span(words.certainty(space), className="certainty", **data(part="certainty"))
    updated = html.Span("", className="updated", **data(part="updated"))
    parts = [
        html.H2(dcc.Link(named(space.name), href=href)),
        count(space),
        chip(space, is_open),
        certainty,
        updated,
    ]
    return html.Header(parts, className="storey-head", **live_attributes(space))


def card(space: SpaceLive, href: str, frame: Frame, storey: str = "", inside: Sequence[Any] = ()) -> Any:
    """One space of the board, with a line for each room inside it."""
    name = named(space.name)
    usual = frame.curves.get(space.space, NO_CURVE).usual
    before = _("{n} last {weekday}").format(weekday=frame.weekday, n=usual) if usual else ""
    return html.Article(
        [
            html.Header([html.H3(dcc.Link(name, href=href)), chip(space, frame.is_open)]),
            html.P(storey, className="eyebrow"),
            html.Div(
                [
                    count(space),
                    html.P(words.certainty(space), className="certainty", **data(part="certainty")),
                ],
                className="figures",
            ),
            bar(space),
            frame.spark(space.space, _("People in {space} today").format(space=name)),
            html.Ul(list(inside), className="inside"),
            html.Footer([html.Span(before), html.Span("", className="updated", **data(part="updated"))]),
        ],
        className="card with-rooms" if inside else "card",
        **live_attributes(space),
    )
