"""The ledger of a site: requests, the actions that followed, and their effects so far."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from dash import html

from besok.model.site import Text
from besok.model.views.calendar import ActionInfo
from besok.services import access
from besok.text import formats
from besok.text.languages import _, named
from dashboard.components import ledger_forms
from dashboard.components.elements import aria, csv_format, data, first_of, present, quiet, titled

SHOWN: Final = 12  # entries; the others are folded away
MEASURED: Final = 8  # of these, at most, where there are others to be shown


def section(
    site: str,
    actions: Sequence[ActionInfo],
    effects: Mapping[str, str],
    measured: Collection[str],
    spaces: Mapping[str, Text],
) -> Any:
    """Return an entry for each action (given newest first) and forms to write into the ledger. `effects` are the
    sentences on effects, by action; `measured` the actions with a measured effect, `spaces` the names of the spaces.
    """
    entries = [
        _entry(site, action, effects.get(action.action), spaces) for action in in_order(actions, measured)
    ]
    title = _("Requests, actions and effects")
    about = aria(label=_("Download CSV: {chart}").format(chart=title))
    address = f"/api/v1/sites/{site}/actions/effects?format={csv_format()}"
    file = html.A(_("Download CSV"), href=address, download="", **about)
    none = [quiet(_("No request has been recorded yet."))]
    return titled(
        title,
        *(first_of(entries, SHOWN, "requests", className="ledger") if entries else none),
        html.Div(
            present(
                ledger_forms.add(site, spaces) if access.may("record", site) else None,
                file if entries else None,
            ),
            className="below-ledger",
        ),
    )


def in_order(actions: Sequence[ActionInfo], measured: Collection[str]) -> list[ActionInfo]:
    """Order actions: first those with a measured effect, whatever it is; then the others; each newest first.

    Of those that are `SHOWN` at least a few are of the others, if there are as many: who has just asked finds it there.
    """
    with_effect = [action for action in actions if action.action in measured]
    others = [action for action in actions if action.action not in measured]
    first = with_effect[: max(MEASURED, SHOWN - len(others))]
    shown = [*first, *others[: SHOWN - len(first)]]
    return [*shown, *(action for action in actions if action not in shown)]


def _entry(site: str, action: ActionInfo, effect: str | None, spaces: Mapping[str, Text]) -> Any:
    places = ", ".join(named(spaces[space]) for space in action.spaces if space in spaces)
    example = _("invented example") if action.invented else ""
    state = html.Span(_state(action), className=f"state {action.state}")
    return html.Article(
        present(
            html.Header([html.H3(named(action.title)), state]),
            quiet(" · ".join(present(_asked_by(action), places, example))),
            html.P(_("“{answer}”").format(answer=named(action.answer))) if action.answer else None,
            html.P(effect or _not_yet(action), className="gave" if effect else "quiet"),
            ledger_forms.amend(site, action) if access.may("record", site) else None,
        ),
        **data(action=action.action),
    )


def _state(action: ActionInfo) -> str:
    if action.state == "undone" and action.undone:
        return _("ended {day}").format(day=formats.day(action.undone))
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
        return _("Not done yet, so there is no effect yet.")
    return _("The effect has not been computed yet.")
