"""The answer of the page *Progress* in words, big enough for a meeting room, with what it does not say."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from dash import html

from besok.model.forecast import Outlook
from besok.model.site import Text
from besok.model.views.progress import Progress, SoFar
from besok.model.views.series import VisitPoint
from besok.text import formats
from besok.text.languages import _, named
from besok.text.narratives import rounded
from dashboard.components import files, forecast
from dashboard.figures import path

ON_PATH = 0.02  # within two per cent of the path is on it
EDGE = 0.12  # of the scale, within which the word above a mark would stand out of it
WEEKS_DAYS = 364  # days of the two times that growth compares
ENOUGH = 0.9  # the share of the baseline's days from which its seasons are all there


def panel(
    way: Progress,
    title: str,
    coming: Outlook | None = None,
    weekdays: Mapping[int, float] | None = None,
    names: Sequence[Text] = (),
) -> Any:
    """The last year's visits, what they are against the baseline, what the goal asks, and how likely it is.

    `names` are those of the sites that count, in so far as they are several.
    """
    return html.Section(
        [
            html.Header([html.H1(title), *(html.P(line) for line in together(names))]),
            html.Div(
                [
                    html.P(formats.number(way.last_365), className="number"),
                    html.P(_("visits in the last 365 days"), className="where"),
                ]
            ),
            html.Div([html.P(_times(way), className="number"), html.P(_against(way), className="where")]),
            html.Div([html.P(_needed(way), className="number"), html.P(_goal(way), className="where")]),
            *([forecast.odds(coming, way)] if coming else []),
            _scale(way),
            html.P(verdict(way), className="verdict"),
            *(
                [forecast.said(coming, way.factor, weekdays, None if way.breaks else way.growth)]
                if coming
                else []
            ),
        ],
        className="hero answer",
    )


def together(names: Sequence[Text]) -> list[str]:
    """Whose visits count, where they are those of several sites."""
    if len(names) < 2:
        return []
    said = _("Counts the visits of {sites}, on the days on which all of them were observed.")
    return [said.format(sites=formats.several([named(name) for name in names]))]


def _times(way: Progress) -> str:
    now = path.standing(way)
    return formats.UNKNOWN if now is None else f"{formats.number(now, 2)} ×"


def _against(way: Progress) -> str:
    period = f"{formats.day(way.baseline_first)} – {formats.day(way.baseline_last)}"
    n = formats.number(way.baseline_visits)
    return _("the baseline of {n} a year ({period})").format(n=n, period=period)


def _needed(way: Progress) -> Any:
    if way.today > way.deadline:
        return _reached(way)
    if way.needed_growth is not None and way.needed_growth <= 0:
        return _("Reached")
    if way.needed_growth is None:
        return formats.UNKNOWN
    return [formats.signed_percent(way.needed_growth), html.Small(_("a year"))]


def _reached(way: Progress) -> str:
    """What came of the target, once its deadline is over."""
    if way.deadline_365 is None or way.goal_visits is None:
        return formats.UNKNOWN
    return _("Reached") if way.deadline_365 >= way.goal_visits else _("Not reached")


def _goal(way: Progress) -> str:
    values = {
        "came": formats.number(way.deadline_365),
        "factor": formats.number(way.factor, 1),
        "day": formats.day(way.deadline),
        "n": formats.number(way.goal_visits),
    }
    if way.today > way.deadline and way.deadline_365 is None:
        said = _(
            "{factor} × ({n} visits a year) was to be reached by {day}; too few days were counted to say"
        )
    elif way.today > way.deadline:
        said = _(
            "{factor} × ({n} visits a year) was the goal for {day}; {came} came in the 365 days up to it"
        )
    elif way.needed_growth is not None and way.needed_growth <= 0:
        said = _("{factor} × ({n} visits a year), as long as it lasts until {day}")
    else:
        said = _("needed to reach {factor} × ({n} visits a year) by {day}")
        if way.goal_visits is not None and way.last_365 is not None:
            more = formats.number(rounded((way.goal_visits - way.last_365) / path.WHOLE_YEAR))
            said = _("needed to reach {factor} × ({n} visits a year) by {day}: {more} more a day than now")
            values["more"] = more
    return said.format(**values)


def _scale(way: Progress) -> Any:
    """Where we stand between the baseline and the goal, and where the path is today."""
    now = path.standing(way)
    if now is None or way.factor <= 1:
        return html.Div(className="scale")
    ends = [html.Span(_("baseline")), html.Span(f"{formats.number(way.factor, 1)} ×")]
    marks: list[Any] = [html.Div(className="fill", style={"width": f"{_place(now, way):.1%}"})]
    if way.today <= way.deadline:
        asked = _place(path.multiple(way, way.today), way)
        side = "first" if asked < EDGE else "last" if asked > 1 - EDGE else ""
        mark = html.Span(
            html.Span(_("the path today")), className=f"mark-path {side}", style={"left": f"{asked:.1%}"}
        )
        marks.append(mark)
    return html.Div([html.Div(marks, className="meter"), html.Div(ends, className="ends")], className="scale")


def _place(multiple: float, way: Progress) -> float:
    """Where a multiple lies between the baseline (0) and the goal (1)."""
    return min(max((multiple - 1) / (way.factor - 1), 0), 1)


def verdict(way: Progress) -> str:
    """Ahead of, on, or behind the path, and how far the figures carry."""
    now = path.standing(way)
    if now is None:
        return _("There is not yet a year of visits to compare with the path.")
    said = []
    if way.today <= way.deadline:
        said.append(_place_on_path(way, now))
    if way.growth is not None:
        said.append(growth(way.growth, way.growth_days))
    for coverage, text in (
        (
            way.baseline_coverage,
            _("Only {share} of the baseline's days were counted whole: its missing seasons can mislead."),
        ),
        (
            way.coverage_365,
            _("Only {share} of the last 365 days were counted whole: the year is estimated from them."),
        ),
    ):
        if coverage < ENOUGH:
            said.append(text.format(share=formats.percent(coverage)))
    return " ".join(said)


def _place_on_path(way: Progress, now: float) -> str:
    gap = now / path.multiple(way, way.today) - 1
    place = (
        _("on the path")
        if abs(gap) < ON_PATH
        else _("ahead of the path")
        if gap > 0
        else _("behind the path")
    )
    return _("Today: {place} ({change}).").format(place=place, change=formats.signed_percent(gap))


def growth(change: float, days: int) -> str:
    """What became of the visits within a year, in whole weeks, and on how many days that rests if not on nearly all."""
    told = formats.signed_percent(change, 1)
    said = _("The last 52 weeks against the 52 before: {change}.").format(change=told)
    if days >= ENOUGH * WEEKS_DAYS:
        return said
    return said + " " + _("Compared are the {n} days that were counted whole in both.").format(n=days)


def terms(site: str, known: SoFar, way: Progress | None = None) -> Any:
    """What the figures are and are not, and all of them as a file; `way` is the path, where there is one."""
    counted = _("Visits are entries through the outer doors, staff and through-traffic not deducted.")
    if known.measure == "net":
        counted = _("Visits are entries through the outer doors, less the site's stated deductions.")
    observed = _(
        "Days that were not counted, or not at every door, are scaled up from the others, never taken for quiet ones: "
        "{share} of the last 365 days were observed whole."
    )
    yardstick = _(
        "The path grows by the same percentage every year from the baseline to the goal. "
        "It is a yardstick, not a forecast."
    )
    lines = [
        counted,
        observed.format(share=formats.percent(known.coverage_365)),
        *([yardstick] if way else []),
        _("Last year is moved by 364 days, so that weekdays meet; opening hours and holidays are not taken out yet."),
    ]  # fmt: skip
    last = known.today - timedelta(days=1)
    file = f"/api/v1/sites/{site}/visits?from={known.first}&to={last}&step=day&together=true&format={files.form()}"
    every = _("Every counted day as CSV: gross and net visits, what was observed, standard error, definition")
    paper = html.Button(_("Print, or save as PDF"), type="button", className="print send")
    return html.Aside(
        [
            html.H2(_("What these figures are")),
            html.Ul([html.Li(line) for line in lines]),
            html.P(html.A(every, href=file, download="")),
            paper,
        ],
        className="terms",
    )


def month_finding(
    now: Sequence[float | None],
    base: Sequence[float | None],
    running: int,
    before: str,
    gaps: Sequence[str] = (),
    unseen: Sequence[str] = (),
    left_out: Sequence[str] = (),
) -> str:
    """In how many of the finished months there were more visits than in those they are compared with, called `before`;
    which have `gaps` or are `unseen`, and which of those before are `left_out` of `base`, as not observed whole."""
    pairs = [
        (a, b) for a, b in list(zip(now, base, strict=True))[: running - 1] if a is not None and b is not None
    ]
    more = sum(1 for a, b in pairs if a > b)
    said = _("{more} of {all} finished months had more visits than in {before}.").format(
        more=more, all=len(pairs), before=before
    )
    if not pairs:
        said = _("No month is over yet that was observed whole in {before} too.").format(before=before)
    if gaps:
        said += " " + _("Partly unobserved, so too low: {months}.").format(months=", ".join(gaps))
    if unseen:
        said += " " + _("Not observed at all: {months}.").format(months=", ".join(unseen))
    if left_out:
        said += " " + _("Left out, since not observed whole then: {months}.").format(
            months=", ".join(left_out)
        )
    return said


def month_rows(
    now: Sequence[float | None],
    base: Sequence[float | None],
    whole: Sequence[float | None],
    points: Mapping[int, VisitPoint],
) -> list[list[str]]:
    """The rows of the table beside the chart; visits that were imputed or corrected in part are marked with
    an asterisk. Only months of the base that were observed `whole` are compared."""
    rows = []
    for month, (mine, theirs) in enumerate(zip(now, base, strict=True), start=1):
        point = points.get(month)
        change = (
            formats.signed_percent(mine / theirs - 1)
            if mine is not None and theirs and whole[month - 1]
            else ""
        )
        mark = " *" if point and (point.imputed or point.corrected) else ""
        seen = formats.percent(point.coverage) if point else ""
        name = formats.months("wide")[month - 1]
        rows.append([name, formats.number(mine) + mark, formats.number(theirs), change, seen])
    return rows
