"""The summary of the page *Progress*, legible in a meeting room: the year, the target, and its probability."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from dash import html

from besok.analytics.growth import PAIRED
from besok.model.outlook import Outlook
from besok.model.site import Text
from besok.model.views.progress import Progress, SoFar
from besok.text import formats, narratives, target_text
from besok.text.languages import _, language, plural
from dashboard.components.elements import csv_format, data, figure, fold, items, present
from dashboard.figures import target_trajectory as trajectory

RENEWED_S = 60  # between two checks for the probability of a new target
EDGE = 0.12  # of the scale, within which the word above a mark would stand out of it


def panel(
    progress: Progress,
    title: str,
    outlook: Outlook | None = None,
    weekdays: Mapping[int, float] | None = None,
    names: Sequence[Text] = (),
) -> Any:
    """Return the last year's visits against the baseline, what the target asks, and the probability of reaching it.

    `names` are those of the sites that count, if there are several.
    """
    growth = None if progress.breaks else progress.growth
    return _answer(
        progress,
        title,
        names,
        figure(formats.number(progress.last_365), target_text.last_year(progress)),
        figure(target_text.multiple(progress), target_text.baseline(progress)),
        figure(target_text.needed(progress), target_text.target_sentence(progress)),
        _probability(outlook, progress) if outlook else None,
        _scale(progress),
        html.P(target_text.verdict(progress), className="verdict"),
        _not_yet(progress) if outlook and outlook.goal is None else None,
        sentences(outlook, progress.factor, weekdays, growth) if outlook else None,
    )


def without_target(so_far: SoFar, title: str, outlook: Outlook | None, names: Sequence[Text] = ()) -> Any:
    """Return the visits until now and those to come, where there is no target to compare them with."""
    year = figure(formats.number(so_far.last_365), target_text.last_year(so_far))
    grown = (
        html.P(target_text.growth(so_far.growth, so_far.growth_days), className="verdict")
        if so_far.growth is not None
        else None
    )
    return _answer(
        so_far,
        title,
        names,
        _visits(so_far),
        year if so_far.coverage_365 + so_far.sampled_365 >= target_text.ENOUGH else None,
        _next_year(outlook) if outlook else None,
        grown,
        sentences(outlook) if outlook else None,
    )


def too_few_days(known: SoFar, title: str, names: Sequence[Text]) -> Any:
    """Return the known part of the last year and what is missing, in place of a misleading comparison."""
    missing = trajectory.WHOLE_YEAR - round(known.coverage_365 * trajectory.WHOLE_YEAR)
    text = plural(
        "{share} of the last 365 days were counted completely; {n} is missing. The year, its growth and the "
        "target trajectory are shown from {least} on.",
        "{share} of the last 365 days were counted completely; {n} are missing. The year, its growth and the "
        "target trajectory are shown from {least} on.",
        missing,
    )
    line = text.format(share=formats.percent(known.coverage_365), n=missing, least=formats.percent(PAIRED))
    return _answer(known, title, names, _visits(known), html.P(line, className="verdict"))


def _answer(known: SoFar | Progress, title: str, names: Sequence[Text], *parts: Any) -> Any:
    lines = [target_text.counted(known.measure), *target_text.together(names)]
    header = html.Header([html.H1(title), *map(html.P, lines)])
    return html.Section([header, *present(*parts)], className="hero answer")


def _visits(known: SoFar) -> Any:
    since = plural("visits on {n} day, {day}", "visits on {n} days since {day}", known.days)
    day = formats.day(known.first) if known.first else formats.UNKNOWN
    return figure(formats.number(known.visits), since.format(n=formats.number(known.days), day=day))


def _next_year(outlook: Outlook) -> Any:
    year = next((t for t in outlook.totals if t.days == trajectory.WHOLE_YEAR), None)
    if year is None:
        return None
    about = _("forecast for the next 365 days (80 % prediction interval {low}–{high})")
    mean, low, high = (formats.number(narratives.rounded(v)) for v in (year.mean, year.low80, year.high80))
    return figure(mean, about.format(low=low, high=high))


def _probability(outlook: Outlook, progress: Progress) -> Any:
    if outlook.odds is None:
        return None
    return figure(narratives.probability_short(outlook.odds), target_text.probability(progress))


def _not_yet(progress: Progress) -> Any:
    """Return when the probability comes that the forecast does not have: it was made before the target."""
    if progress.today > progress.deadline or not progress.goal_visits:
        return None
    text = _("The forecast was made before this target. The probability comes within minutes.")
    return html.P(text, **data(renew=str(RENEWED_S), renewed=_("The forecast is ready.")))


def sentences(
    outlook: Outlook,
    factor: float = 1.0,
    weekdays: Mapping[int, float] | None = None,
    growth: float | None = None,
) -> Any:
    """Return the forecast in plain words, with the target if it has one."""
    return items(narratives.of(outlook, factor, weekdays, growth), className="said")


def _scale(progress: Progress) -> Any:
    """Return where we stand between the baseline and the target, and where the target trajectory is today."""
    now = progress.standing
    if now is None or progress.factor <= 1:
        return html.Div(className="scale")
    marks: list[Any] = [html.Div(className="fill", style={"width": f"{_place(now, progress):.1%}"})]
    if progress.today <= progress.deadline:
        expected = _place(progress.target_factor(progress.today), progress)
        side = "first" if expected < EDGE else "last" if expected > 1 - EDGE else ""
        word = html.Span(_("trajectory today"))
        marks.append(html.Span(word, className=f"mark-path {side}", style={"left": f"{expected:.1%}"}))
    ends = [html.Span(_("baseline")), html.Span(f"{formats.number(progress.factor, 1)} ×")]
    return html.Div([html.Div(marks, className="meter"), html.Div(ends, className="ends")], className="scale")


def _place(multiple: float, progress: Progress) -> float:
    """Return where a multiple lies between the baseline (0) and the target (1)."""
    return min(max((multiple - 1) / (progress.factor - 1), 0), 1)


def terms(site: str, so_far: SoFar, way: Progress | None = None) -> Any:
    """Return the definitions of the figures, and a link to all of them as a file."""
    counted = _("Visits are entries through the outer doors, staff and through-traffic not deducted.")
    if so_far.measure == "net":
        counted = _("Visits are entries through the outer doors, less the site's stated deductions.")
    coverage = _(
        "Days that were not counted, or not at every door, are imputed from the others, never treated as quiet "
        "ones: {share} of the 365 days up to {day} were counted completely."
    )
    yardstick = _(
        "The target trajectory grows by the same percentage every year from the baseline to the target. "
        "It is a yardstick, not a forecast."
    )
    shifted = _(
        "Last year is moved by 364 days to comparable days. Growth compares public holidays with the same ones and "
        "leaves out closures; opening hours are not taken out."
    )
    imported = _(
        "Counts from {source} are shown as they were imported; where only the total of a longer period is known, "
        "its days are imputed by opening hours and weekdays."
    )
    sampled = [target_text.sample(year) for year in way.sampled] if way and way.sampled_365 else []
    pandemic = _("The pandemic ({first} – {last}) is left out of baseline, growth and forecast.")
    source = " + ".join(dict.fromkeys(s for s in (way.baseline_source, way.source_365) if s)) if way else ""
    out = [formats.day(d) for d in way.left_out] if way and way.left_out else []
    share = formats.percent(so_far.coverage_365)
    query = f"from={so_far.first}&to={so_far.today - timedelta(days=1)}&step=day&together=true&format={csv_format()}"
    every = _("Every counted day as CSV: gross and net visits, data coverage, standard error, definition")
    return fold(
        _("What these figures are"),
        items(
            present(
                counted,
                coverage.format(share=share, day=formats.day(so_far.until)),
                imported.format(source=formats.source(source)) if source else "",
                *sampled,
                yardstick if way else "",
                shifted,
                pandemic.format(first=out[0], last=out[1]) if out else "",
            )
        ),
        html.P(html.A(every, href=f"/api/v1/sites/{site}/visits?{query}", download="")),
        className="terms detail",
    )


def papers(site: str, month: date, *, council: bool) -> Any:
    """Return links to printed matter: the page for the `council`, where there is one, the report of the last `month`
    that is over, and this page itself.
    """
    address = f"/api/v1/sites/{site}"
    paper = html.A(_("Paper for the council, one page (PDF)"), href=f"{address}/council?lang={language()}")
    report, query = (
        _("Report for {month}").format(month=formats.month(month)),
        f"month={month:%Y-%m}&lang={language()}",
    )
    links = [
        html.A(f"{report} (PDF)", href=f"{address}/monthly?{query}"),
        html.A(_("{report} (web page)").format(report=report), href=f"{address}/monthly?{query}&format=html"),
        html.Button(_("Print, or save as PDF"), type="button", className="print send"),
    ]
    return html.P([*([paper] if council else []), *links], className="files")
