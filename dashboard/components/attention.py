"""What needs attention: what is wrong with sensors, since when, on what evidence, what to do, and who has seen it."""

from collections.abc import Sequence
from typing import Any

from dash import html

from besok.model.views.attention import FindingEvent, FindingInfo
from besok.text import formats
from besok.text.languages import _, named, plural
from dashboard.components.attrs import HIDDEN, aria, data
from dashboard.components.writing import line, who

LONGEST_NOTE = 500  # characters


def section(findings: Sequence[FindingInfo], zone: str, silent: bool = False) -> Any:
    """A card for each finding that stands, open ones first; those resolved lately folded away below. `silent`: some
    sensor is, and may not yet have been for as long as makes it one.
    """
    standing = [f for f in findings if f.state != "resolved"]
    over = [f for f in findings if f.state == "resolved"]
    none = _("Nothing: no sensor has been found to be faulty. Besök looks once an hour.")
    if silent:
        none = _("Nothing yet: a sensor that stays silent for an hour is named here, with what to do.")
    parts: list[Any] = [html.P(none, className="quiet")]
    if standing:
        parts = [html.Ul([html.Li(_card(f, zone)) for f in standing], className="strangers attention")]
    if over:
        said = plural(
            "{n} was resolved in the last 30 days", "{n} were resolved in the last 30 days", len(over)
        )
        lines = [html.Li(_resolved(f, zone)) for f in over]
        parts.append(
            html.Details([html.Summary(said.format(n=len(over))), html.Ul(lines, className="resolved")])
        )
    return html.Div(parts)


def waiting(findings: Sequence[FindingInfo]) -> list[Any]:
    """How many are open, leading to them."""
    n = sum(f.state == "open" for f in findings)
    text = plural("{n} needs attention.", "{n} need attention.", n).format(n=n)
    return [" ", html.A(text, href="#attention")] if n else []


def _card(f: FindingInfo, zone: str) -> Any:
    certainty = named(f.certainty)
    return html.Article(
        [
            html.Header(
                [
                    _state(f),
                    html.P(_("found {when}").format(when=formats.stamp(f.found, zone)), className="quiet"),
                ]
            ),
            html.H3(named(f.sentence)),
            *([html.P(certainty, className="quiet")] if certainty else []),
            html.P([html.Strong(_("What to do:")), " ", *_with_code(named(f.advice))]),
            *_seen_by(f, zone),
            _form(f),
            *_history(f, zone),
        ],
        className="stranger",
        **data(finding=str(f.id), kind=f.kind),
    )


def _with_code(text: str) -> list[Any]:
    """The text, with what stands between backticks as code."""
    return [html.Code(part) if n % 2 else part for n, part in enumerate(text.split("`"))]


def _state(f: FindingInfo) -> Any:
    word, level = (_("Open"), "busy") if f.state == "open" else (_("Acknowledged"), "calm")
    return html.Span(
        html.Span([html.Span(className="icon", **HIDDEN), word], className="chip"), **data(level=level)
    )


def _seen_by(f: FindingInfo, zone: str) -> list[Any]:
    if not f.acknowledged:
        return []
    return [html.P(_said(f.who, f.note, formats.stamp(f.acknowledged, zone)))]


def _said(who: str, note: str, when: str) -> str:
    return _("{who}, {when}: “{note}”").format(who=who, when=when, note=note)


def _form(f: FindingInfo) -> Any:
    """Sent by forms.js to the API, which keeps the name and the reason; 409 is that it was resolved meanwhile."""
    what = _("Acknowledge") if f.state == "open" else _("Say something else")
    here = f"finding-{f.id}"
    fields = [
        who(here),
        line(here, "note", _("What it is, or what is done about it"), LONGEST_NOTE),
        html.Button(what, type="submit", className="send", **aria(label=f"{what}: {named(f.sentence)}")),
        html.P("", className="problem", role="alert", **data(failed=_("That could not be kept. Try again."))),
    ]
    form = html.Form(
        fields,
        className="writing",
        **data(send=f"POST /api/v1/findings/{f.id}/acknowledgement", fields=here, gone="409"),
    )
    return html.Details([html.Summary(what), form])


def _history(f: FindingInfo, zone: str) -> list[Any]:
    if len(f.history) < 2:
        return []
    return [
        html.Details([html.Summary(_("History")), html.Ul([html.Li(_event(e, zone)) for e in f.history])])
    ]


def _event(e: FindingEvent, zone: str) -> str:
    when = formats.stamp(e.time, zone)
    if e.event == "acknowledged":
        return _said(e.who, e.note, when)
    words = {"found": _("{when}: found"), "resolved": _("{when}: resolved, its cause is gone")}
    return words[e.event].format(when=when)


def _resolved(f: FindingInfo, zone: str) -> list[Any]:
    said: list[Any] = [named(f.sentence), " "]
    if f.resolved:
        said.append(
            html.Span(_("Resolved {when}.").format(when=formats.stamp(f.resolved, zone)), className="quiet")
        )
    if f.note and f.acknowledged:
        said += [" ", html.Span(_said(f.who, f.note, formats.stamp(f.acknowledged, zone)), className="quiet")]
    return said
