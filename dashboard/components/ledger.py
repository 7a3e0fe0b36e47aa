"""You said, we did, it gave: what was asked for at a site, what became of it, and what it has given so far."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from dash import html

from besok.model.site import Text
from besok.model.views.calendar import ActionInfo
from besok.text import formats
from besok.text.languages import _, named
from dashboard.components import files, ledger_forms
from dashboard.components.attrs import aria, data

SHOWN: Final = 12  # entries; the others are folded away
MEASURED: Final = 8  # of these, at most, where there are others to be shown


def section(
    site: str,
    actions: Sequence[ActionInfo],
    gave: Mapping[str, str],
    measured: Collection[str],
    spaces: Mapping[str, Text],
) -> Any:
    """An entry for each action (given newest first) and forms to write into the ledger. `gave` says what each gave, by
    action; `measured` are those of which that is a figure, `spaces` the names of the spaces.
    """
    ordered = in_order(actions, measured)
    entries = [html.Li(_entry(site, action, gave.get(action.action), spaces)) for action in ordered]
    parts: list[Any] = [html.H2(_("You said, we did, it gave"))]
    if not entries:
        empty = _("Nothing has been written down yet: here stands what was asked for, and what became of it.")
        parts.append(html.P(empty, className="quiet"))
    else:
        parts.append(html.Ul(entries[:SHOWN], className="ledger"))
    if entries[SHOWN:]:
        more = _("{n} more").format(n=len(entries) - SHOWN)
        parts.append(
            html.Details(
                [html.Summary(more), html.Ul(entries[SHOWN:], className="ledger")], className="older"
            )
        )
    about = aria(label=_("Download CSV: {chart}").format(chart=_("You said, we did, it gave")))
    file = html.A(
        _("Download CSV"), href=f"/api/v1/sites/{site}/actions?format={files.form()}", download="", **about
    )
    parts.append(
        html.Div([ledger_forms.add(site, spaces), *([file] if entries else [])], className="below-ledger")
    )
    return html.Section(parts)


def in_order(actions: Sequence[ActionInfo], measured: Collection[str]) -> list[ActionInfo]:
    """First those whose effect was measured, whatever it is; then the others; each newest first.

    Of those that are `SHOWN` at least a few are of the others, if there are as many: who has just asked finds it there.
    """
    told = [action for action in actions if action.action in measured]
    others = [action for action in actions if action.action not in measured]
    first = told[: max(MEASURED, SHOWN - len(others))]
    shown = [*first, *others[: SHOWN - len(first)]]
    return [*shown, *(action for action in actions if action not in shown)]


def _entry(site: str, action: ActionInfo, gave: str | None, spaces: Mapping[str, Text]) -> Any:
    places = ", ".join(named(spaces[space]) for space in action.spaces if space in spaces)
    kind = " · ".join(
        filter(None, (_asked_by(action), places, _("invented example") if action.invented else ""))
    )
    told = gave or _not_yet(action)
    return html.Article(
        [
            html.Header(
                [html.H3(named(action.title)), html.Span(_state(action), className=f"state {action.state}")]
            ),
            html.P(kind, className="quiet"),
            *([html.P(_("“{answer}”").format(answer=named(action.answer)))] if action.answer else []),
            html.P(told, className="gave" if gave else "quiet"),
            ledger_forms.amend(site, action),
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
    return _("Its effect has not been estimated yet.")
