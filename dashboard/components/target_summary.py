"""The summary of the page *Progress*, big enough for a meeting room: the year, the target, and how likely it is."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from dash import html

from besok.model.forecast import Outlook
from besok.model.site import Text
from besok.model.views.progress import Progress, SoFar
from besok.model.views.sample_weeks import SampledYear
from besok.text import formats, narratives
from besok.text.languages import _, named, plural
from dashboard.components.elements import csv_format, figure, items, present
from dashboard.figures import target_trajectory as trajectory

ON_TRAJECTORY = 0.02  # within two per cent of the target trajectory is on it
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
    """Return the last year's visits against the baseline, what the target asks, and the probability of reaching it.

    `names` are those of the sites that count, in so far as they are several.
    """
    growth = None if way.breaks else way.growth
    return html.Section(
        present(
            _head(title, names),
            figure(formats.number(way.last_365), last_year(way)),
            figure(_multiple(way), _baseline(way)),
            figure(_needed(way), _target(way)),
            _probability(coming, way) if coming else None,
            _scale(way),
            html.P(verdict(way), className="verdict"),
            sentences(coming, way.factor, weekdays, growth) if coming else None,
        ),
        className="hero answer",
    )


def without_target(known: SoFar, title: str, coming: Outlook | None, names: Sequence[Text] = ()) -> Any:
    """Return the visits until now and those to come, where there is no target to compare them with."""
    since = plural("visits on {n} day, {day}", "visits on {n} days since {day}", known.days)
    day = formats.day(known.first) if known.first else formats.UNKNOWN
    year = figure(formats.number(known.last_365), last_year(known))
    grown = (
        html.P(growth(known.growth, known.growth_days), className="verdict")
        if known.growth is not None
        else None
    )
    return html.Section(
        present(
            _head(title, names),
            figure(formats.number(known.visits), since.format(n=formats.number(known.days), day=day)),
            year if known.coverage_365 >= ENOUGH else None,
            _next_year(coming) if coming else None,
            grown,
            sentences(coming) if coming else None,
        ),
        className="hero answer",
    )


def last_year(known: SoFar | Progress) -> str:
    """Return which year of visits is shown: the last one, or the last that people brought."""
    if known.until == known.today - timedelta(days=1):
        return _("visits in the last 365 days")
    return _("visits in the 365 days up to {day}").format(day=formats.day(known.until))


def _head(title: str, names: Sequence[Text]) -> Any:
    return html.Header([html.H1(title), *map(html.P, together(names))])


def _next_year(coming: Outlook) -> Any:
    year = next((t for t in coming.totals if t.days == trajectory.WHOLE_YEAR), None)
    if year is None:
        return None
    about = _("forecast for the next 365 days (80 % prediction interval {low}–{high})")
    mean, low, high = (formats.number(narratives.rounded(v)) for v in (year.mean, year.low80, year.high80))
    return figure(mean, about.format(low=low, high=high))


def _probability(coming: Outlook, way: Progress) -> Any:
    if coming.odds is None:
        return None
    about = _("probability of {factor} × by {day}")
    said = about.format(factor=formats.number(way.factor, 1), day=formats.day(way.deadline))
    return figure(narratives.probability_short(coming.odds), said)


def sentences(
    coming: Outlook,
    factor: float = 1.0,
    weekdays: Mapping[int, float] | None = None,
    growth: float | None = None,
) -> Any:
    """Return what the forecast says in plain words; of a target only where it knows of one."""
    return items(narratives.of(coming, factor, weekdays, growth), className="said")


def together(names: Sequence[Text]) -> list[str]:
    """Return whose visits count, where they are those of several sites."""
    if len(names) < 2:
        return []
    said = _("Counts the visits of {sites}, on the days with data from all of them.")
    return [said.format(sites=formats.several([named(name) for name in names]))]


def _multiple(way: Progress) -> str:
    now = trajectory.standing(way)
    return formats.UNKNOWN if now is None else f"{formats.number(now, 2)} ×"


def _baseline(way: Progress) -> str:
    parts = [f"{formats.day(way.baseline_first)} – {formats.day(way.baseline_last)}", way.baseline_source]
    period = ", ".join(part for part in parts if part)
    text = _("the baseline of {n} a year ({period})")
    return text.format(n=formats.number(way.baseline_visits), period=period)


def _needed(way: Progress) -> Any:
    """Return the growth that the target needs, or once its deadline is over, whether it was reached."""
    if way.today > way.deadline:
        if way.deadline_365 is None or way.goal_visits is None:
            return formats.UNKNOWN
        return _("Reached") if way.deadline_365 >= way.goal_visits else _("Not reached")
    if way.needed_growth is None:
        return formats.UNKNOWN
    if way.needed_growth <= 0:
        return _("Reached")
    return [formats.signed_percent(way.needed_growth), html.Small(_("a year"))]


def _target(way: Progress) -> str:
    more = None
    if way.today > way.deadline and way.deadline_365 is None:
        said = _(
            "{factor} × ({n} visits a year) was to be reached by {day}; too few days were counted to say"
        )
    elif way.today > way.deadline:
        said = _(
            "{factor} × ({n} visits a year) was the target for {day}; {came} visits in the 365 days up to it"
        )
    elif way.needed_growth is not None and way.needed_growth <= 0:
        said = _("{factor} × ({n} visits a year), as long as it lasts until {day}")
    elif way.goal_visits is None or way.last_365 is None:
        said = _("needed to reach {factor} × ({n} visits a year) by {day}")
    else:
        said = _("needed to reach {factor} × ({n} visits a year) by {day}: {more} more a day than now")
        more = narratives.rounded((way.goal_visits - way.last_365) / trajectory.WHOLE_YEAR)
    return said.format(
        came=formats.number(way.deadline_365),
        factor=formats.number(way.factor, 1),
        day=formats.day(way.deadline),
        n=formats.number(way.goal_visits),
        more=formats.number(more),
    )


def _scale(way: Progress) -> Any:
    """Return where we stand between the baseline and the target, and where the target trajectory is today."""
    now = trajectory.standing(way)
    if now is None or way.factor <= 1:
        return html.Div(className="scale")
    marks: list[Any] = [html.Div(className="fill", style={"width": f"{_place(now, way):.1%}"})]
    if way.today <= way.deadline:
        asked = _place(trajectory.multiple(way, way.today), way)
        side = "first" if asked < EDGE else "last" if asked > 1 - EDGE else ""
        word = html.Span(_("trajectory today"))
        marks.append(html.Span(word, className=f"mark-path {side}", style={"left": f"{asked:.1%}"}))
    ends = [html.Span(_("baseline")), html.Span(f"{formats.number(way.factor, 1)} ×")]
    return html.Div([html.Div(marks, className="meter"), html.Div(ends, className="ends")], className="scale")


def _place(multiple: float, way: Progress) -> float:
    """Return where a multiple lies between the baseline (0) and the target (1)."""
    return min(max((multiple - 1) / (way.factor - 1), 0), 1)


def verdict(way: Progress) -> str:
    """Return whether we are ahead of, on, or behind the target trajectory, and how far the figures carry."""
    now = trajectory.standing(way)
    if now is None:
        return _("There is not yet a year of visits to compare with the target trajectory.")
    baseline = _("Only {share} of the baseline's days were counted whole: its missing seasons can mislead.")
    year = _("Only {share} of the last 365 days were counted whole: the year is scaled up from them.")
    few = ((way.baseline_coverage, baseline), (way.coverage_365, year))
    return " ".join(
        present(
            _place_on_trajectory(way, now) if way.today <= way.deadline else "",
            growth(way.growth, way.growth_days) if way.growth is not None else "",
            _sampling(way),
            *(text.format(share=formats.percent(share)) for share, text in few if share < ENOUGH),
        )
    )


def _sampling(way: Progress) -> str:
    """Return how unsure the growth is by sample weeks; nothing without them."""
    if way.growth_sampling is None:
        return ""
    text = _("It rests on sample weeks, which leave it uncertain by ±{points} points (95 % interval).")
    return text.format(points=formats.number(100 * way.growth_sampling))


def _place_on_trajectory(way: Progress, now: float) -> str:
    gap = now / trajectory.multiple(way, way.today) - 1
    place = _("on the target trajectory")
    if abs(gap) >= ON_TRAJECTORY:
        place = _("ahead of the target trajectory") if gap > 0 else _("behind the target trajectory")
    return _("Today: {place} ({change}).").format(place=place, change=formats.signed_percent(gap))


def growth(change: float, days: int) -> str:
    """Return the change of visits within a year, in whole weeks, and on how many days it rests if not on nearly all."""
    said = _("The last 52 weeks against the 52 before: {change}.")
    said = said.format(change=formats.signed_percent(change, 1))
    if days >= ENOUGH * WEEKS_DAYS:
        return said
    return said + " " + _("Compared are the {n} days that were counted whole in both.").format(n=days)


def sample(year: SampledYear) -> str:
    """Return how a year was estimated from sample weeks, and how sure that is."""
    text = _(
        "{site}, {year}: sampled. {n} visits are estimated from {counted} of {weeks} weeks, which were counted by hand "
        "(80 % interval {low}–{high})."
    )
    return text.format(
        site=year.site,
        year=year.year,
        n=formats.number(year.visits),
        counted=year.counted,
        weeks=year.weeks,
        low=formats.number(year.lower),
        high=formats.number(year.upper),
    )


def terms(site: str, known: SoFar, way: Progress | None = None) -> Any:
    """Return what the figures are and are not, and all of them as a file."""
    counted = _("Visits are entries through the outer doors, staff and through-traffic not deducted.")
    if known.measure == "net":
        counted = _("Visits are entries through the outer doors, less the site's stated deductions.")
    coverage = _(
        "Days that were not counted, or not at every door, are imputed from the others, never taken for quiet ones: "
        "{share} of the 365 days up to {day} were counted whole."
    )
    yardstick = _(
        "The target trajectory grows by the same percentage every year from the baseline to the target. "
        "It is a yardstick, not a forecast."
    )
    shifted = _(
        "Last year is moved by 364 days to comparable days. Growth compares public holidays with the same ones and "
        "leaves out closures; opening hours are not taken out."
    )
    brought = _(
        "Counts from {source} are shown as they were brought; where only the total of a longer period is known, "
        "its days are imputed by opening hours and weekdays."
    )
    sampled = [sample(year) for year in way.sampled] if way and way.sampled_365 else []
    pandemic = _("The pandemic ({first} – {last}) is left out of baseline, growth and forecast.")
    source = " + ".join(dict.fromkeys(s for s in (way.baseline_source, way.source_365) if s)) if way else ""
    out = [formats.day(d) for d in way.left_out] if way and way.left_out else []
    share = formats.percent(known.coverage_365)
    query = f"from={known.first}&to={known.today - timedelta(days=1)}&step=day&together=true&format={csv_format()}"
    every = _("Every counted day as CSV: gross and net visits, data coverage, standard error, definition")
    return html.Aside(
        [
            html.H2(_("What these figures are")),
            items(
                present(
                    counted,
                    coverage.format(share=share, day=formats.day(known.until)),
                    brought.format(source=source) if source else "",
                    *sampled,
                    yardstick if way else "",
                    shifted,
                    pandemic.format(first=out[0], last=out[1]) if out else "",
                )
            ),
            html.P(html.A(every, href=f"/api/v1/sites/{site}/visits?{query}", download="")),
            html.Button(_("Print, or save as PDF"), type="button", className="print send"),
        ],
        className="terms",
    )
