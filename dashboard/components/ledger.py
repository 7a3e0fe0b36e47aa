"""You said, we did, it gave: what was asked for at a site, what became of it, and what it has given so far."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from core.around import ActionInfo
from core.site import Text
from dashboard.components.attrs import data
from dashboard.i18n import _, formats, named


def section(actions: Sequence[ActionInfo], gave: Mapping[str, Text], spaces: Mapping[str, Text]) -> Any:
    """An entry for each action, newest first. `gave` says what it has given, by action; `spaces` are their names."""
    if not actions:
        empty = _("Nothing has been written down yet: besok action add says what was asked for and what became of it.")
        return html.Section([html.H2(_heading()), html.P(empty, className="quiet")])
    entries = [html.Li(_entry(action, gave.get(action.action), spaces)) for action in actions]
    return html.Section([html.H2(_heading()), html.Ul(entries, className="ledger")])


def _heading() -> str:
    return _("You said, we did, it gave")


def _entry(action: ActionInfo, gave: Text | None, spaces: Mapping[str, Text]) -> Any:
    places = ", ".join(named(spaces[space]) for space in action.spaces if space in spaces)
    kind = " · ".join(filter(None, (_asked_by(action), places, _("invented example") if action.invented else "")))
    told = named(gave) if gave else _not_yet(action)
    return html.Article(
        [
            html.Header([html.H3(named(action.title)), html.Span(_state(action), className=f"state {action.state}")]),
            html.P(kind, className="quiet"),
            *([html.P(_("“{answer}”").format(answer=named(action.answer)))] if action.answer else []),
            html.P(told, className="gave" if gave else "quiet"),
        ],
        **data(action=action.action),
    )


def _state(action: ActionInfo) -> str:
    if action.state == "undone" and action.undone:
        return _("taken back {day}").format(day=formats.day(action.undone))
    if action.state == "done" and action.done_since:
        return _("done since {day}").format(day=formats.day(action.done_since))
    if action.state == "answered" and action.answered:
        return _("answered {day}").format(day=formats.day(action.answered))
    return _("asked {day}").format(day=formats.day(action.asked)) if action.asked else _("asked")


def _asked_by(action: ActionInfo) -> str:
    return {
        "residents": _("asked by residents"),
        "staff": _("asked by staff"),
        "partners": _("asked by partners"),
        "council": _("asked by the council"),
    }[action.asked_by]


def _not_yet(action: ActionInfo) -> str:
    if action.state in ("asked", "answered"):
        return _("Not done yet, so it has given nothing yet.")
    return _("What it gave has not been reckoned yet.")
