"""Sentences on visits against a target, for the page *Progress* and the council paper."""

from collections.abc import Sequence
from datetime import timedelta

from besok.model.site import Text
from besok.model.views.progress import Progress, SoFar
from besok.model.views.sample_weeks import SampledYear
from besok.text import formats, narratives
from besok.text.languages import _, named

ON_TRAJECTORY = 0.02  # within two per cent of the target trajectory is on it
WEEKS_DAYS = 364  # days of the two times that growth compares
ENOUGH = 0.9  # the share of days from which a year's seasons are all there
YEAR = 365  # days


def last_year(known: SoFar | Progress) -> str:
    """Return the label of the last year of visits: up to yesterday, or to the last imported day."""
    if known.until == known.today - timedelta(days=1):
        return _("visits in the last 365 days")
    return _("visits in the 365 days up to {day}").format(day=formats.day(known.until))


def together(names: Sequence[Text]) -> list[str]:
    """Return the sites whose visits count, where they are several."""
    if len(names) < 2:
        return []
    text = _("Counts the visits of {sites}, on the days with data from all of them.")
    return [text.format(sites=formats.several([named(name) for name in names]))]


def counted(measure: str) -> str:
    """Return what is counted as a visit, for the heading of a page."""
    if measure == "net":
        return _("Net visits: entries less the site's stated deductions.")
    return _("Gross visits: entries, nothing deducted.")


def multiple(progress: Progress) -> str:
    """Return the last year as a multiple of the baseline."""
    now = progress.standing
    return formats.UNKNOWN if now is None else f"{formats.number(now, 2)} ×"


def baseline(progress: Progress) -> str:
    """Return the label of the baseline."""
    source = formats.source(progress.baseline_source)
    parts = [f"{formats.day(progress.baseline_first)} – {formats.day(progress.baseline_last)}", source]
    period = ", ".join(part for part in parts if part)
    text = _("the baseline of {n} a year ({period})")
    return text.format(n=formats.number(progress.baseline_visits), period=period)


def target_sentence(progress: Progress) -> str:
    """Describe the target, or its outcome once the deadline is over."""
    more = None
    if progress.today > progress.deadline and progress.deadline_365 is None:
        text = _(
            "{factor} × ({n} visits a year) was to be reached by {day}; too few days were counted to say"
        )
    elif progress.today > progress.deadline:
        text = _(
            "{factor} × ({n} visits a year) was the target for {day}; {came} visits in the 365 days up to it"
        )
    elif progress.needed_growth is not None and progress.needed_growth <= 0:
        text = _("{factor} × ({n} visits a year), as long as it lasts until {day}")
    elif progress.goal_visits is None or progress.last_365 is None:
        text = _("a year is needed to reach {factor} × ({n} visits a year) by {day}")
    else:
        text = _(
            "a year is needed to reach {factor} × ({n} visits a year) by {day}: {more} more a day than now"
        )
        more = narratives.rounded((progress.goal_visits - progress.last_365) / YEAR)
    return text.format(
        came=formats.number(progress.deadline_365),
        factor=formats.number(progress.factor, 1),
        day=formats.day(progress.deadline),
        n=formats.number(progress.goal_visits),
        more=formats.number(more),
    )


def verdict(progress: Progress) -> str:
    """Describe whether visits are ahead of, on, or behind the target trajectory, and how certain that is."""
    now = progress.standing
    if now is None:
        return _("There is not yet a year of visits to compare with the target trajectory.")
    baseline = _(
        "Only {share} of the baseline's days were counted completely: its missing seasons can mislead."
    )
    year = _("Only {share} of the last 365 days were counted completely: the year is scaled up from them.")
    few = (
        (progress.baseline_coverage, progress.baseline_sampled, baseline),
        (progress.coverage_365, progress.sampled_365, year),
    )
    sentences = (
        _place_on_trajectory(progress, now) if progress.today <= progress.deadline else "",
        growth(progress.growth, progress.growth_days) if progress.growth is not None else "",
        _sampling(progress),
        *(text.format(share=formats.percent(share)) for share, more, text in few if share + more < ENOUGH),
    )
    return " ".join(filter(None, sentences))


def _sampling(progress: Progress) -> str:
    """Describe the uncertainty of the growth from sample weeks; empty without them."""
    if progress.growth_sampling is None:
        return ""
    text = _("It rests on sample weeks, which leave it uncertain by ±{points} points (95 % interval).")
    return text.format(points=formats.number(100 * progress.growth_sampling))


def _place_on_trajectory(progress: Progress, now: float) -> str:
    gap = now / progress.target_factor(progress.today) - 1
    place = _("on the target trajectory")
    if abs(gap) >= ON_TRAJECTORY:
        place = _("ahead of the target trajectory") if gap > 0 else _("behind the target trajectory")
    return _("Today: {place} ({change}).").format(place=place, change=formats.signed_percent(gap))


def growth(change: float, days: int) -> str:
    """Describe the change of visits within a year, in whole weeks, with the number of days if not nearly all."""
    text = _("The last 52 weeks against the 52 before: {change}.")
    text = text.format(change=formats.signed_percent(change))
    if days >= ENOUGH * WEEKS_DAYS:
        return text
    return (
        text
        + " "
        + _("The comparison covers the {n} days that were counted completely in both.").format(n=days)
    )


def sample(year: SampledYear) -> str:
    """Describe the estimate of a year from sample weeks, and its uncertainty."""
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


def needed(progress: Progress) -> str:
    """Describe the growth needed for the target, or once its deadline is over, whether it was reached."""
    if progress.today > progress.deadline:
        if progress.deadline_365 is None or progress.goal_visits is None:
            return formats.UNKNOWN
        return _("Reached") if progress.deadline_365 >= progress.goal_visits else _("Not reached")
    if progress.needed_growth is None:
        return formats.UNKNOWN
    if progress.needed_growth <= 0:
        return _("Reached")
    return formats.signed_percent(progress.needed_growth)


def probability(progress: Progress) -> str:
    """Return the label of a probability."""
    about = _("probability of {factor} × by {day}")
    return about.format(factor=formats.number(progress.factor, 1), day=formats.day(progress.deadline))
