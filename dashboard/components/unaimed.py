"""What *Progress* shows where visits are held against nothing: no target, no baseline, or no visits yet."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from dash import html

from besok.model.forecast import Outlook
from besok.model.site import Text
from besok.model.views.progress import Progress, SoFar
from besok.text import formats
from besok.text.languages import _, plural
from besok.text.narratives import rounded
from dashboard.components import answer, forecast, notices, unplaced_devices
from dashboard.figures import path


def so_far(known: SoFar, title: str, coming: Outlook | None, names: Sequence[Text] = ()) -> Any:
    """The visits until now and those to come, where there is no target to hold them against."""
    since = plural("visits on {n} day, {day}", "visits on {n} days since {day}", known.days)
    since = since.format(
        n=formats.number(known.days), day=formats.day(known.first) if known.first else formats.UNKNOWN
    )
    parts = [(formats.number(known.visits), since)]
    if known.coverage_365 >= answer.ENOUGH:
        parts.append((formats.number(known.last_365), _("visits in the last 365 days")))
    year = next((t for t in coming.totals if t.days == path.WHOLE_YEAR), None) if coming else None
    if year:
        low, high = (formats.number(rounded(v)) for v in (year.low80, year.high80))
        about = _("expected in the next 365 days (80 % prediction interval {low}–{high})").format(
            low=low, high=high
        )
        parts.append((formats.number(rounded(year.mean)), about))
    return html.Section(
        [
            html.Header([html.H1(title), *(html.P(line) for line in answer.together(names))]),
            *(
                html.Div([html.P(n, className="number"), html.P(what, className="where")])
                for n, what in parts
            ),
            *(
                [html.P(answer.growth(known.growth, known.growth_days), className="verdict")]
                if known.growth is not None
                else []
            ),
            *([forecast.said(coming)] if coming else []),
        ],
        className="hero answer",
    )


def no_goal(site: str, name: str, way: Progress | None, today: date, first: date | None) -> Any:
    """Why the visits are held against nothing, and lines for the site file that change it. `first`: counted since."""
    if way and today <= way.baseline_last:
        text = _(
            "The target is held against the visits from {first} to {last}. The way to it begins once they are counted."
        )
        period = text.format(first=formats.day(way.baseline_first), last=formats.day(way.baseline_last))
        return html.Section([html.H2(_("The baseline is being counted")), html.P(period)], className="advice")
    if way is None:
        lines = [
            _(
                "Nobody has said yet where the visits shall go: from which period, how much more, and until when."
            )
        ]
    else:
        period = f"{formats.day(way.baseline_first)} – {formats.day(way.baseline_last)}"
        lines = [
            _("No visits were counted between {period}, the period that the target compares with.").format(
                period=period
            ),
            _(
                "Send older counts (docs/how-to/import-older-counts.md), or choose another period in the site file."
            ),
        ]
    how = _(
        "Put lines like these into the site file, below {site} and before the next site; then besok site apply {file}."
    )
    heading = _("No target yet") if way is None else _("No baseline yet")
    return html.Section(
        [
            html.H2(heading),
            *(html.P(line) for line in lines),
            html.P(how.format(site=site, file=_("FILE"))),
            unplaced_devices.to_copy(target_lines(today, first), name),
        ],
        className="advice",
    )


def target_lines(today: date, first: date | None) -> str:
    """A target to begin with: twice the last calendar year, or the first year counted, five years later."""
    last_year = date(today.year - 1, 1, 1)
    begins = last_year if first and first <= last_year else (first or today)
    ends = date(begins.year, 12, 31) if begins == last_year else begins + timedelta(days=364)
    return (
        f"[sites.target]\nbaseline_first = {begins}\nbaseline_last = {ends}\nfactor = 2.0\n"
        f"deadline = {date(ends.year + 5, 12, 31)}\n"
    )


def no_baseline(way: Progress, site: str, title: str, names: Sequence[Text] = ()) -> Any:
    """There is nothing to compare with."""
    period = f"{formats.day(way.baseline_first)} – {formats.day(way.baseline_last)}"
    return notices.notice(
        _("{site}: no baseline yet").format(site=site),
        _("No visits were counted between {period}, the period that the target compares with.").format(
            period=period
        ),
        _(
            "Send older counts (docs/how-to/import-older-counts.md), or choose another period in the site file."
        ),
        *answer.together(names),
        title=title,
    )


def no_visits(site: str, title: str) -> Any:
    """Nobody has been counted, and nobody has said where the visits shall go."""
    return notices.notice(
        _("{site}: nothing counted yet").format(site=site),
        _("Visits appear here from the first day on which a door is counted."),
        _("A target in the site file says from which period, how much more, and until when."),
        title=title,
    )
