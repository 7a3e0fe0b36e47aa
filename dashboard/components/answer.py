"""The answer of the page *Progress* in words, big enough for a meeting room, with what it does not say."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from core.outlook import Outlook
from core.site import Text
from core.views import Progress, VisitPoint
from dashboard.components import notices, outlook
from dashboard.figures import path
from dashboard.i18n import _, formats, named

ON_PATH = 0.02  # within two per cent of the path is on it
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
            *([outlook.odds(coming, way)] if coming else []),
            _scale(way),
            html.P(verdict(way), className="verdict"),
            *([outlook.said(coming, way, weekdays or {})] if coming else []),
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
    if way.needed_growth is None:
        return formats.UNKNOWN
    return [formats.signed_percent(way.needed_growth), html.Small(_("a year"))]


def _goal(way: Progress) -> str:
    values = {
        "factor": formats.number(way.factor, 1),
        "day": formats.day(way.deadline),
        "n": formats.number(way.goal_visits),
    }
    return _("needed to reach {factor} × ({n} visits a year) by {day}").format(**values)


def _scale(way: Progress) -> Any:
    """Where we stand between the baseline and the goal, and where the path is today."""
    now, asked = path.standing(way), path.multiple(way, way.today)
    if now is None or way.factor <= 1:
        return html.Div()
    ends = [html.Span(_("baseline")), html.Span(f"{formats.number(way.factor, 1)} ×")]
    marks = [
        html.Div(className="fill", style={"width": _place(now, way)}),
        html.Span(html.Span(_("the path today")), className="mark-path", style={"left": _place(asked, way)}),
    ]
    return html.Div([html.Div(marks, className="meter"), html.Div(ends, className="ends")], className="scale")


def _place(multiple: float, way: Progress) -> str:
    return f"{min(max((multiple - 1) / (way.factor - 1), 0), 1):.1%}"


def verdict(way: Progress) -> str:
    """Ahead of, on, or behind the path, and how far the figures carry."""
    now = path.standing(way)
    if now is None:
        return _("There is not yet a year of visits to compare with the path.")
    gap = now / path.multiple(way, way.today) - 1
    place = _("on the path") if abs(gap) < ON_PATH else _("ahead of the path") if gap > 0 else _("behind the path")
    said = _("Today: {place} ({change}).").format(place=place, change=formats.signed_percent(gap))
    if way.growth is not None:
        change = formats.signed_percent(way.growth, 1)
        said += " " + _("The last 52 weeks against the 52 before: {change}.").format(change=change)
    if way.baseline_coverage < ENOUGH:
        share = formats.percent(way.baseline_coverage)
        said += " " + _("Only {share} of the baseline's days were counted: its missing seasons can mislead.").format(
            share=share
        )
    return said


def terms(way: Progress) -> Any:
    """What the figures are and are not."""
    measure = _("Visits are entries through the outer doors, staff and through-traffic not deducted.")
    if way.measure == "net":
        measure = _("Visits are entries through the outer doors, less the site's stated deductions.")
    observed = _(
        "Days without a working counter are scaled up from the others, never counted as zero: "
        "{share} of the last 365 days were observed."
    )
    yardstick = _(
        "The path grows by the same percentage every year from the baseline to the goal. "
        "It is a yardstick, not a forecast."
    )
    lines = [
        measure,
        observed.format(share=formats.percent(way.coverage_365)),
        yardstick,
        _("Last year is moved by 364 days, so that weekdays meet; opening hours and holidays are not taken out yet."),
    ]  # fmt: skip
    return html.Aside(
        [html.H2(_("What these figures are")), html.Ul([html.Li(line) for line in lines])], className="terms"
    )


def no_target(site: str, title: str) -> Any:
    """Nobody has said where the visits shall go."""
    advice = _("A target in the site file says from which period, how much more, and until when.")
    return notices.notice(_("{site}: no target yet").format(site=site), advice, title=title)


def no_baseline(way: Progress, site: str, title: str, names: Sequence[Text] = ()) -> Any:
    """There is nothing to compare with."""
    period = f"{formats.day(way.baseline_first)} – {formats.day(way.baseline_last)}"
    return notices.notice(
        _("{site}: no baseline yet").format(site=site),
        _("No visits were counted between {period}, the period that the target compares with.").format(period=period),
        _("Import older figures, or choose another period in the site file."),
        *together(names),
        title=title,
    )


def month_finding(now: Sequence[float | None], base: Sequence[float | None], running: int, gaps: Sequence[str]) -> str:
    """In how many of the finished months there were more visits than in the baseline, and which to be careful with."""
    pairs = [(a, b) for a, b in list(zip(now, base, strict=True))[: running - 1] if a is not None and b is not None]
    more = sum(1 for a, b in pairs if a > b)
    said = _("{more} of {all} finished months had more visits than in the baseline.").format(more=more, all=len(pairs))
    if gaps:
        said += " " + _("Partly unobserved, so too low: {months}.").format(months=", ".join(gaps))
    return said


def month_rows(
    now: Sequence[float | None], base: Sequence[float | None], points: Mapping[int, VisitPoint]
) -> list[list[str]]:
    """The rows of the table beside the chart; visits that were imputed or corrected in part are marked with
    an asterisk."""
    rows = []
    for month, (mine, theirs) in enumerate(zip(now, base, strict=True), start=1):
        point = points.get(month)
        change = formats.signed_percent(mine / theirs - 1) if mine is not None and theirs else ""
        mark = " *" if point and (point.imputed or point.corrected) else ""
        seen = formats.percent(point.coverage) if point else ""
        name = formats.months("wide")[month - 1]
        rows.append([name, formats.number(mine) + mark, formats.number(theirs), change, seen])
    return rows
