"""Example questions to start from, and earlier questions, to be compared side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html

from besok.model.scenarios import ScenarioSpec
from besok.model.views.scenarios import ScenarioRun
from besok.text import formats, scenario_text
from besok.text.languages import _
from dashboard.components import forms
from dashboard.components.elements import chip, items, quiet

SIDE_BY_SIDE = 4


def starts(site: str, examples: Mapping[str, ScenarioSpec]) -> Any:
    """Return the examples as links to the form, and a link to an empty one."""
    questions = {
        "double": _("What if twice as many come?"),
        "saturday": _("A Saturday with three times as many"),
        "fair": _("A Saturday with a book fair"),
        "sensor": _("The entrance sensor fails"),
        "recorded": _("Play real traffic again"),
    }
    about = {
        "double": _("Which space is full first, when, and for how long?"),
        "saturday": _("Which rooms and doors are too small for one very busy day?"),
        "fair": _("An event draws people of its own. Is there room for them?"),
        "sensor": _("Would it be noticed, how soon, and what would be missing from the figures?"),
        "recorded": _(
            "What the sensors sent is kept: choose a stretch, play it live, or download it as a file."
        ),
        "own": _("Hours, doors, closed spaces, capacity: choose yourself."),
    }
    shown = {**{name: questions[name] for name in examples}, "own": _("A question of your own")}
    cards = [
        dcc.Link([html.Strong(text), html.Span(about[name])], href=f"/scenarios/{site}?ask={name}")
        for name, text in shown.items()
    ]
    return items(cards, className="starts")


def questions(runs: Sequence[ScenarioRun], chosen: Sequence[int], site: str, zone: str) -> Any:
    """Return the earlier questions, with boxes to compare answers."""
    if not runs:
        return quiet(_("Nothing has been asked yet."))
    rows = [_row(run, run.number in chosen, site, zone) for run in runs]
    button = html.Button(_("Show the chosen side by side"), type="submit", className="send")
    about = quiet(_("Choose up to {n} answers to see them side by side.").format(n=SIDE_BY_SIDE))
    return html.Form(
        [about, html.Ul(rows, className="asked"), button], action=f"/scenarios/{site}", method="get"
    )


def _row(run: ScenarioRun, chosen: bool, site: str, zone: str) -> Any:
    about = f"{scenario_text.days(run.spec)} · {formats.author(run.author)}, {formats.stamp(run.asked, zone)}"
    label = html.Span(_("Compare: {title}").format(title=run.spec.title), className="unseen")
    pick = forms.pick(f"compare-{run.number}", "run", str(run.number), label, chosen=chosen)
    link = dcc.Link(run.spec.title, href=f"/scenarios/{site}?run={run.number}")
    state = chip(scenario_text.state(run.state), run=run.state)
    return html.Li([pick, link, state, html.Span(about, className="where")])
