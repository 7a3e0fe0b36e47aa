"""*Scenarios*: planners ask what would happen, and read what breaks first, when and for how long."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any, Literal

from dash import dcc, html

from besok.model import calendar
from besok.model.errors import NotFound, ScenarioRefused
from besok.model.scenarios import ScenarioSpec
from besok.model.site import Site
from besok.model.views.live import SiteInfo
from besok.model.views.scenarios import ScenarioRun, UnreadableRun
from besok.services import access, health, scenarios
from besok.store import scenarios as store
from besok.store import sites
from besok.store.database import Database
from besok.text import formats, scenario_text
from besok.text.languages import _, named, plural
from dashboard.address import Address
from dashboard.components import notices, scenario_form, scenario_list, scenario_run
from dashboard.components.chart import chart
from dashboard.components.elements import data, present, quiet
from dashboard.figures.scenarios import Bars, peaks

CHARTED = 8  # spaces, those that are fullest


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """Return the form where something is to be asked, else the answers that the address names, or the newest."""
    place = sites.load(db, site.site)
    title = _("Scenarios for {site}").format(site=named(site.name))
    runs, unreadable = store.listing(db, site.site)
    may = access.may("plan", site.site)
    asking = address.get("ask") if may else ""
    parts = (
        _asking(db, place, asking, [*runs, *unreadable], now)
        if asking
        else _answers(db, place, runs, unreadable, address, now, may)
    )
    header = [*notices.simulated(site.sandbox), html.H1(title)]
    return html.Div([*header, *parts], className="page scenarios", **data(title=title))


def _asking(
    db: Database,
    place: Site,
    asking: str,
    every: list[ScenarioRun | UnreadableRun],
    now: datetime,
) -> list[Any]:
    known = scenario_text.examples(place, calendar.business_day(now, place))
    asked, damaged, gone = _loaded(db, place, [int(asking)] if asking.isdecimal() else [])
    own = ScenarioSpec(title=_("My question"), first=known["double"].first, days=7)
    spec = asked[0].spec if asked else known.get(asking, own)
    link = dcc.Link(_("Back to the answers"), href=f"/scenarios/{place.id}")
    about = (
        _(
            "Everything the sensors send is kept. Give a stretch of it a name, and it can be played live in a copy "
            "of the place as if that day were today, or downloaded as a file."
        )
        if spec.recorded
        else _(
            "People are simulated minute by minute, as they use this site, on the days you choose: once without "
            "and once with your changes. Nothing of the real figures is touched."
        )
    )
    unread = [scenario_run.unreadable(run, place, now) for run in every if run.number in damaged]
    return present(html.P(link), gone, *unread, quiet(about), scenario_form.form(place, spec))


def _loaded(db: Database, place: Site, numbers: Sequence[int]) -> tuple[list[ScenarioRun], list[int], Any]:
    """Return the questions of these numbers, the numbers of unreadable ones, and a line about those that are gone."""
    runs, unreadable = [], []
    for number in numbers:
        with suppress(NotFound):
            try:
                runs.append(store.load(db, place.id, number))
            except ScenarioRefused:
                unreadable.append(number)
    gone = len(numbers) - len(runs) - len(unreadable)
    text = plural(
        "{n} of the questions is no longer there.", "{n} of the questions are no longer there.", gone
    )
    return runs, unreadable, quiet(text.format(n=formats.number(gone))) if gone else None


def _answers(
    db: Database,
    place: Site,
    runs: list[ScenarioRun],
    unreadable: list[UnreadableRun],
    address: Address,
    now: datetime,
    may: bool,
) -> list[Any]:
    chosen = [int(value) for name, value in address.query if name == "run" and value.isdecimal()]
    chosen = chosen or [run.number for run in runs[:1]]
    shown, damaged, gone = _loaded(db, place, chosen[: scenario_list.SIDE_BY_SIDE])
    waiting = [run.number for run in runs if run.state in ("queued", "running")]
    at_work = not waiting or health.at_work(db, "scenarios", now)
    cards = [
        scenario_run.card(run, place, sum(n < run.number for n in waiting), at_work, now) for run in shown
    ]
    unread: list[ScenarioRun | UnreadableRun] = [*unreadable, *(run for run in runs if run.number in damaged)]
    known = scenario_text.examples(place, calendar.business_day(now, place))
    forbidden = quiet(_("Planners and administrators ask here; you can read the answers."))
    return present(
        scenario_list.starts(place.id, known) if may else forbidden,
        gone,
        *(scenario_run.unreadable(run, place, now) for run in unread),
        html.Div(cards, className=f"side-by-side of-{len(cards)}") if cards else None,
        _chart([run for run in shown if run.result and run.spec.about_people]),
        *(
            [
                html.H2(_("Questions so far")),
                scenario_list.questions(runs, [run.number for run in shown], place.id, place.timezone),
            ]
            if runs or not unreadable
            else []
        ),
    )


def _chart(runs: list[ScenarioRun]) -> Any:
    """Return how full each space gets, of all answers that are shown; nothing where no space has a capacity."""
    if not runs:
        return None
    by_space = {s.space: s for run in runs for s in scenarios.own_spaces(run) if s.capacity}
    worst = {
        name: max(
            s.then.peak.mid / (s.capacity or 1)
            for run in runs
            for s in scenarios.own_spaces(run)
            if s.space == name
        )
        for name in by_space
    }
    fullest = sorted(worst, key=lambda name: -worst[name])[:CHARTED]
    planned = {f"{run.site}/{run.spec.event.space}" for run in runs if run.spec.event} & by_space.keys()
    fullest += sorted(planned - set(fullest))
    if not fullest:
        return None
    worlds = _worlds(runs, fullest)
    names = [named(by_space[name].name) for name in fullest]
    rows = [
        [name, *(f"{world.mid[n]:.0f} ({world.low[n]:.0f}–{world.high[n]:.0f})" for world in worlds)]
        for n, name in enumerate(names)
    ]
    return html.Section(
        [
            html.H2(_("Peak utilisation")),
            chart(
                peaks(names, worlds),
                label=_("Peak occupancy of each space, as a share of its capacity"),
                finding=_("Peak occupancy, as % of the capacity; the thin lines are 80 % intervals."),
                head=[_("Space"), *(world.name for world in worlds)],
                rows=rows,
                csv=scenario_run.table_address(*runs),
                name="scenarios",
            ),
        ]
    )


def _worlds(runs: list[ScenarioRun], spaces: list[str]) -> list[Bars]:
    """Return the world of each answer, those of the same days behind what those days are like today."""
    by_days: dict[tuple[date, int], list[ScenarioRun]] = {}
    for run in runs:
        by_days.setdefault((run.spec.first, run.spec.days), []).append(run)
    worlds = []
    for alike in by_days.values():
        first = alike[0]
        today = (
            _("without the changes")
            if len(by_days) == 1
            else _("without the changes, {days}").format(days=scenario_text.days(first.spec))
        )
        worlds.append(_bars(today, spaces, first, "today"))
        worlds += [_bars(run.spec.title, spaces, run, "then") for run in alike]
    return worlds


def _bars(name: str, spaces: list[str], run: ScenarioRun, side: Literal["today", "then"]) -> Bars:
    known = {space.space: space for space in scenarios.own_spaces(run)}
    peak = [
        [100 * getattr(getattr(known[space], side).peak, end) / (known[space].capacity or 1) if space in known else 0.0
         for space in spaces]
        for end in ("mid", "low", "high")
    ]  # fmt: skip
    return Bars(name=name, today=side == "today", mid=peak[0], low=peak[1], high=peak[2])
