"""A question and its state: it waits, is simulated, failed, or is answered."""

from datetime import datetime
from typing import Any

from dash import html

from besok.model import messages
from besok.model.scenario_sandbox import sandbox_id
from besok.model.scenarios import MOST_PLAYED_H, ScenarioSpec
from besok.model.site import Site
from besok.model.views.scenarios import ScenarioResult, ScenarioRun, UnreadableRun
from besok.model.views.whatif import SpaceStrain
from besok.services import access
from besok.services.scenarios import breaking, own_spaces
from besok.text import formats, scenario_text
from besok.text.languages import _, named, plural, translated
from dashboard.components import forms
from dashboard.components.elements import aria, chip, csv_format, data, fold, items, present, quiet

SHOWN = 5  # spaces in the list


def card(run: ScenarioRun, site: Site, before: int, at_work: bool, now: datetime) -> Any:
    """Return the question with its answer; `before` counts questions ahead of it; `at_work`: the service is running."""
    author = _("asked by {author}, {time}").format(
        author=formats.author(run.author), time=formats.stamp(run.asked, site.timezone)
    )
    return html.Article(
        present(
            html.Header([html.H2(run.spec.title), chip(scenario_text.state(run.state), run=run.state)]),
            quiet(f"{scenario_text.days(run.spec)} · {author}"),
            items(scenario_text.changes(run.spec, site), className="changes"),
            *_body(run, site, before, at_work),
            *_live(run, site, now),
            _links(run),
            _out(run),
        ),
        className="scenario",
        **data(number=str(run.number), state=run.state),
    )


def _body(run: ScenarioRun, site: Site, before: int, at_work: bool) -> list[Any]:
    match run.state:
        case "queued":
            return _waits(run, before, at_work)
        case "running":
            return _runs(run, at_work)
        case "failed":
            return [html.P(scenario_text.failed(run.reason), className="problem")]
        case "cancelled":
            return [html.P(_("It was cancelled before it was answered."))]
        case _:
            return _answer(run)


def _waits(run: ScenarioRun, before: int, at_work: bool) -> list[Any]:
    text = plural("{n} question is answered before it.", "{n} questions are answered before it.", before)
    first = _("It is next.") if before == 0 else text.format(n=formats.number(before))
    return [_renewed(html.P(first)), *_no_service(at_work), *_cancel(run)]


def _runs(run: ScenarioRun, at_work: bool) -> list[Any]:
    bar = html.Progress(
        value=str(run.done), max=str(max(run.total, 1)), **aria(label=_("How far the simulation is"))
    )
    share = formats.percent(run.done / run.total if run.total else 0)
    return [_renewed(html.P([bar, " ", share], className="running")), *_no_service(at_work), *_cancel(run)]


def _renewed(part: Any) -> Any:
    return html.Div(part, **data(renew="2", renewed=_("The answer is ready.")))


def _no_service(at_work: bool) -> list[Any]:
    text = _(
        "The simulation service does not answer. The question is kept and answered once it is back: contact "
        "whoever runs Besök."
    )
    return [] if at_work else [html.P(text, className="problem")]


def _cancel(run: ScenarioRun | UnreadableRun) -> list[Any]:
    if not access.may("plan", run.site):
        return []
    address = f"POST /api/v1/sites/{run.site}/scenarios/{run.number}/cancel"
    failed = _("That could not be cancelled. Try again.")
    return [_button(address, f"cancel-{run.number}", _("Cancel"), failed, _("Cancelled."))]


def _button(address: str, here: str, verb: str, failed: str, kept: str, **sent: str) -> Any:
    """Return a button that sends to an address."""
    problem = html.P("", className="problem", role="alert", **data(failed=failed))
    return html.Form(
        [html.Button(verb, type="submit", className="send"), problem],
        **data(send=address, fields=here, kept=kept, **sent),
    )


def _answer(run: ScenarioRun) -> list[Any]:
    result = run.result
    if run.spec.recorded:
        address = f"/api/v1/sites/{run.site}/scenarios/{run.number}/recording"
        return [html.P(html.A(_("Recording as a file"), href=address, download=""), className="files")]
    if result is None:
        return []
    return present(
        items(scenario_text.noticed(result.sensor), className="said") if result.sensor else None,
        *(_strain(run, result) if run.spec.about_people else []),
        quiet(_basis(run.spec, result)),
        html.P([_json(run), " ", _table(run)], className="files"),
    )


def _strain(run: ScenarioRun, result: ScenarioResult) -> list[Any]:
    over = breaking(run)
    visits = next(one for one in result.answer.sites if one.site == run.site)
    door = next((one for one in result.answer.portals if one.portal.split("/")[0] == run.site), None)
    planned = run.spec.event.space if run.spec.event else ""
    rooms = [s for s in own_spaces(run) if s.space == f"{run.site}/{planned}" and s not in over]
    sentences = [
        *map(scenario_text.fullest, rooms),
        scenario_text.visits(visits),
        *([scenario_text.rush(door)] if door else []),
    ]
    return [
        html.P(scenario_text.first_to_break(over), className="finding"),
        *(
            [html.Ol([_space(space, run.spec.days >= 7) for space in over[:SHOWN]], className="breaking")]
            if over
            else []
        ),
        *([_more(over[SHOWN:])] if over[SHOWN:] else []),
        items(sentences, className="said"),
    ]


def _space(space: SpaceStrain, week: bool) -> Any:
    name, when = html.Strong(named(space.name)), html.Span(scenario_text.hours_over(space))
    return html.Li([name, when, html.Span(scenario_text.strained(space, week), className="where")])


def _more(spaces: list[SpaceStrain]) -> Any:
    names = formats.several([named(space.name) for space in spaces])
    return fold(_("{n} more").format(n=formats.number(len(spaces))), html.P(names))


def _basis(spec: ScenarioSpec, result: ScenarioResult) -> str:
    learnt = _("What is usual here is learnt from this site's history.")
    usual = _("Too little of this site's history is known: the days are those of a usual place of its kind.")
    sentences = [learnt if result.learnt else usual]
    if spec.about_people:
        n = formats.number(spec.replications)
        text = plural(
            "{n} simulations of the chosen day; in brackets the interval that holds 80 % of them.",
            "{n} simulations of the chosen days; in brackets the interval that holds 80 % of them.",
            spec.days,
        )
        sentences.append(text.format(n=n))
        sentences.append(_("Nobody is turned away: the figures say how many want to come in."))
    return " ".join(sentences)


def _json(run: ScenarioRun) -> Any:
    address = f"/api/v1/sites/{run.site}/scenarios/{run.number}"
    return html.A(_("Answer as JSON"), href=address, download=f"scenario-{run.number}.json")


def table_address(run: ScenarioRun, *others: ScenarioRun) -> str:
    """Return the address of the spaces of answers as one file."""
    more = "".join(f"&others={other.number}" for other in others)
    return f"/api/v1/sites/{run.site}/scenarios/{run.number}/spaces?format={csv_format()}{more}"


def _table(run: ScenarioRun) -> Any:
    return html.A(_("Spaces as CSV"), href=table_address(run), download="")


def _live(run: ScenarioRun, site: Site, now: datetime) -> list[Any]:
    """Return the form to play an answer live; while it plays, the way to end it and links to the pages that show it."""
    if run.state != "done" or not access.may("plan", run.site):
        return []
    form_id = f"play-{run.number}"
    address = f"POST /api/v1/sites/{run.site}/scenarios/{run.number}/play"
    if run.play_until is None:
        hours = {str(n): plural("{n} hour", "{n} hours", n).format(n=n) for n in (1, 2, 4, MOST_PLAYED_H)}
        about = _(
            "Simulated sensors send as the scenario says, as if it were today, into a copy of the place. Watch it on "
            "Now, Spaces and Sensors; the real figures are not touched."
        )
        again = _(
            "The sensors of a copy of the place send what was recorded, as if its day were today. Watch it on Now, "
            "Spaces and Sensors; the real figures are not touched."
        )
        length = forms.choice(form_id, "hours", _("How long"), hours, "2")
        fields = [quiet(again)] if run.spec.recorded else [quiet(about), length]
        return [fold(_("Play it live"), forms.form(fields, form_id, _("Play"), run.spec.title, address))]
    return _playing(run, run.play_until, site, now)


def _playing(run: ScenarioRun | UnreadableRun, until: datetime, site: Site, now: datetime) -> list[Any]:
    ended = _("Ended. The copy is removed within a minute.")
    if until <= now:
        return [html.P(ended, className="finding", **data(renew="5", renewed=""))]
    sandbox = sandbox_id(run.site)
    pages = {"now": _("Now"), "spaces": _("Spaces"), "sensors": _("Sensors")}
    notice = _("Played live until {time}; the first figures come within half a minute.")
    links = [html.A(text, href=f"/{page}/{sandbox}") for page, text in pages.items()]
    return [
        html.P(
            notice.format(time=formats.clock(until, site.timezone)),
            className="finding",
            **data(renew="30", renewed=""),
        ),
        html.P([part for link in links for part in (link, " ")], className="files"),
        _button(
            f"POST /api/v1/sites/{run.site}/scenarios/{run.number}/play/end",
            f"end-{run.number}",
            _("End it"),
            _("That could not be ended. Try again."),
            ended,
        ),
    ]


def unreadable(run: ScenarioRun | UnreadableRun, site: Site, now: datetime) -> Any:
    """Return a line that says of a question that it cannot be read, with the way to cancel, end or remove it."""
    text = translated(messages.SCENARIO_UNREADABLE(number=run.number))
    ways = _cancel(run) if run.state in ("queued", "running") else []
    if run.play_until and access.may("plan", run.site):
        ways = _playing(run, run.play_until, site, now)
    return html.Article(present(html.P(text, className="problem"), *ways, _out(run)), className="scenario")


def _out(run: ScenarioRun | UnreadableRun) -> Any:
    """Return the button to remove a question that is neither waiting, simulated nor played."""
    if run.state in ("queued", "running") or run.play_until or not access.may("plan", run.site):
        return None
    address, failed = (
        f"DELETE /api/v1/sites/{run.site}/scenarios/{run.number}",
        _("That could not be removed. Try again."),
    )
    leads = f"/scenarios/{run.site}"
    return fold(_("Remove"), _button(address, f"out-{run.number}", _("Remove it"), failed, "", leads=leads))


def _links(run: ScenarioRun) -> Any:
    """Return links to this answer alone, for colleagues, and to ask again."""
    links = [html.A(_("Link to share"), href=f"/scenarios/{run.site}?run={run.number}")]
    if access.may("plan", run.site):
        links.append(html.A(_("Ask again with changes"), href=f"/scenarios/{run.site}?ask={run.number}"))
    return html.P([part for link in links for part in (link, " ")], className="files")
