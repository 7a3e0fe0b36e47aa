"""The parts of the page *Progress* that look ahead: the odds, the way, the next weeks, the record of forecasts."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from dash import html

from core import sentences
from core.outlook import Outlook, Record, Scored
from core.views import Progress, VisitPoint
from dashboard.components.chart import chart, table
from dashboard.figures import outlook as figures
from dashboard.figures import path
from dashboard.figures.progress import Series
from dashboard.i18n import _, formats, named

SHOWN_WEEKS: Final = 8  # of days to come
SHOWN_BEFORE: Final = 4  # weeks of days that were
WEEK: Final = 7
JUDGED_DAYS: Final = 28  # the forecasts whose record is drawn
DAY = timedelta(days=1)


def odds(coming: Outlook, way: Progress) -> Any:
    """The big figure: how likely the goal is."""
    if coming.odds is None:
        return html.Div()
    about = _("the odds of {factor} × by {day}").format(
        factor=formats.number(way.factor, 1), day=formats.day(way.deadline)
    )
    return html.Div(
        [html.P(named(sentences.odds_short(coming.odds)), className="number"), html.P(about, className="where")]
    )


def said(coming: Outlook, way: Progress, weekdays: Mapping[int, float]) -> Any:
    """What the forecast says in plain words."""
    lines = [named(text) for text in sentences.of(coming, way.factor, weekdays)]
    return html.Ul([html.Li(line) for line in lines], className="said")


def way_ahead(site: str, way: Progress, points: Sequence[VisitPoint], coming: Outlook) -> Any:
    """The running year: counted, expected, and the path."""
    counted = [(d, v) for n, (d, v) in enumerate(figures.running_year(points, way.measure)) if n % WEEK == 0]
    counted = counted[next((n for n, (_d, v) in enumerate(counted) if v is not None), len(counted)) :]
    marks = _path_line(way)
    rows = [
        [formats.day(p.day), formats.number(p.mean), formats.number(p.low80), formats.number(p.high80)]
        for p in coming.years[:: max(1, len(coming.years) // 24)]
    ]
    return html.Section(
        [
            html.H2(_("The way to the goal")),
            chart(
                figures.way(counted, coming.years, marks, way.goal_visits),
                label=_("Visits in 365 days: counted, expected with intervals, and the path to the goal"),
                finding=named(found) if (found := sentences.when(coming)) else "",
                head=[_("365 days up to"), _("expected"), _("low (80 %)"), _("high (80 %)")],
                rows=rows,
                csv=f"/api/v1/sites/{site}/forecast?format=csv",
                name="way",
            ),
        ]
    )


def _path_line(way: Progress) -> Series:
    """The path once a month from the end of the baseline to the deadline."""
    if way.baseline_visits is None:
        return []
    days = [way.baseline_last + n * 30 * DAY for n in range((way.deadline - way.baseline_last).days // 30 + 1)]
    return [(day, way.baseline_visits * path.multiple(way, day)) for day in [*days, way.deadline]]


def next_weeks(site: str, way: Progress, points: Sequence[VisitPoint], coming: Outlook) -> Any:
    """The coming days with their intervals."""
    days = coming.days[: SHOWN_WEEKS * WEEK]
    counted = [(p.day, path.visits_of(p, way.measure)) for p in points[-SHOWN_BEFORE * WEEK :]]
    four = next((t for t in coming.totals if (t.last - t.first).days + 1 == JUDGED_DAYS), None)
    return html.Section(
        [
            html.H2(_("The next eight weeks")),
            html.P(_("From the visits up to {day}.").format(day=formats.day(coming.origin)), className="quiet"),
            chart(
                figures.weeks(counted, days),
                label=_("Visits a day: counted, and expected with intervals"),
                finding=named(sentences.total(four)) if four else "",
                head=[_("Day"), _("expected"), _("low (80 %)"), _("high (80 %)")],
                rows=[
                    [formats.day_short(p.day), *(formats.number(v) for v in (p.mean, p.low80, p.high80))] for p in days
                ],
                csv=f"/api/v1/sites/{site}/forecast?format=csv",
                name="weeks",
            ),
        ]
    )


def record(site: str, found: Sequence[Scored], records: Sequence[Record]) -> Any:
    """How good the forecasts were: in a sentence, by length, and each one."""
    judged = [s for s in found if s.judged and s.days == JUDGED_DAYS]
    parts: list[Any] = [html.H2(_("How good the forecasts were"))]
    if judged:
        parts.append(
            chart(
                figures.record(judged),
                label=_("Forecasts of four weeks: their intervals, and what came"),
                finding=named(sentences.record([r for r in records if r.days == JUDGED_DAYS])),
                head=[_("Made after"), _("low (80 %)"), _("high (80 %)"), _("What came"), _("Held")],
                rows=[_judged_row(s) for s in judged],
                csv=f"/api/v1/sites/{site}/forecast/record?format=csv",
                name="record",
            )
        )
    else:
        parts.append(html.P(named(sentences.record([])), className="quiet"))
    if records:
        head = [_("Visits of"), _("Forecasts"), _("Held"), _("Typical error"), _("Bias")]
        parts.append(html.Div(table(head, [_record_row(r) for r in records]), className="scroll", tabIndex="0"))
    if any(r.afterwards for r in records):
        parts.append(html.P(_afterwards(records), className="quiet"))
    return html.Section(parts)


def _judged_row(one: Scored) -> list[str]:
    figures_ = (formats.number(v) for v in (one.low80, one.high80, one.truth))
    return [formats.day(one.origin), *figures_, _("yes") if one.held else _("no")]


def _record_row(one: Record) -> list[str]:
    held = _("{held} ({share})").format(held=one.held, share=formats.percent(one.held / one.made))
    length = _("{n} days").format(n=one.days)
    return [length, str(one.made), held, formats.percent(one.error, 1), formats.signed_percent(one.bias, 1)]


def _afterwards(records: Sequence[Record]) -> str:
    made = sum(r.afterwards for r in records)
    return _(
        "{n} of these were made afterwards, when Besök was installed, from nothing but what was known on their day."
    ).format(n=made)
