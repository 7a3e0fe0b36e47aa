"""Results as one plain sentence each, in the language of the present request."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from besok.model.outlook import ExpectedTotal, Outlook
from besok.model.views.calendar import ActionEffect
from besok.model.views.forecast import Record
from besok.text import formats
from besok.text.languages import _, plural

NEVER, ALWAYS = 0.05, 0.95  # probabilities beyond which numbers would promise more than a forecast can
FOUR_WEEKS = 28  # days
TEN_YEARS = 10  # how far a forecast with a target looks
SOON = timedelta(days=7)  # what is so from so near a day on is so already
DAMPED = 0.015  # so much less growth than there was asks for a reason
BEHIND = 0.03  # a weekday must be so far behind the others to be named


def probability(chance: float) -> str:
    """Return a probability in whole per cent, within the precision of a forecast."""
    if chance < NEVER:
        return _("less than 5 %")
    return _("more than 95 %") if chance > ALWAYS else formats.percent(chance)


def probability_short(chance: float) -> str:
    """Return the same for a big figure: "< 5 %"."""
    if chance < NEVER:
        return _("< 5 %")
    return _("> 95 %") if chance > ALWAYS else formats.percent(chance)


def simulated(sandbox: bool) -> tuple[str, ...]:
    """Return the sentence that stands before figures of a sandbox; none of a real place."""
    return (_("Simulated data: no real people are counted here."),) if sandbox else ()


def target(outlook: Outlook, factor: float) -> str | None:
    """Return the probability of the target by its deadline; None without a target."""
    if outlook.odds is None or outlook.deadline is None:
        return None
    if factor == 2:
        text = _("Probability of doubling by {month}: {probability}.")
    else:
        text = _("Probability of {factor} times the visits by {month}: {probability}.")
    return text.format(
        factor=formats.decimal(factor),
        month=formats.month(outlook.deadline),
        probability=probability(outlook.odds),
    )


def of(
    outlook: Outlook, factor: float, weekdays: Mapping[int, float] | None = None, growth: float | None = None
) -> tuple[str, ...]:
    """Return the sentences on a forecast, the most important first; the sum is that of the next four weeks.

    `weekdays` are visits of the last year as a multiple of the baseline's, by weekday (Monday 0); `growth` is that of
    the last 52 weeks where it is shown, too.
    """
    late = furthest_behind(weekdays or {})
    weeks = next((t for t in outlook.totals if t.days == FOUR_WEEKS), None)
    sentences = (
        target(outlook, factor),
        landing(outlook),
        when(outlook, factor),
        pace(outlook),
        damped(outlook, growth),
        None
        if late is None
        else _("Grown least: {weekday}s.").format(weekday=formats.weekdays("wide")[late]),
        total(weeks) if weeks else None,
    )
    return tuple(text for text in sentences if text)


def furthest_behind(weekdays: Mapping[int, float]) -> int | None:
    """Return the weekday that has grown least, if it stands out from the mean of the others; None where none does."""
    if len(weekdays) < 2:
        return None
    worst = min(weekdays, key=lambda day: weekdays[day])
    others = [value for day, value in weekdays.items() if day != worst]
    return worst if weekdays[worst] < (1 - BEHIND) * sum(others) / len(others) else None


def landing(outlook: Outlook) -> str | None:
    """Describe the visits a year expected by the deadline, with the goal; None without a target or such a forecast."""
    year = next((e for e in outlook.years if e.day == outlook.deadline), None)
    if year is None or outlook.goal is None:
        return None
    text = _(
        "Forecast for {month}: {n} visits a year (80 % prediction interval {low}–{high}). The"
        " target is {goal}."
    )
    return text.format(
        n=_visits(year.mean), month=formats.month(year.day), low=_visits(year.low80), high=_visits(year.high80),
        goal=_visits(outlook.goal),
    )  # fmt: skip


def when(outlook: Outlook, factor: float) -> str | None:
    """Describe the year in which the target is expected to be reached, with its interval; None without a target."""
    if outlook.goal is None:
        return None
    if outlook.likely_from and outlook.likely_from <= outlook.origin + SOON:
        return _("The probability of reaching the target is at least 80 % already.")
    what = _("Doubling") if factor == 2 else _("The target")
    last = outlook.origin.year + TEN_YEARS
    if outlook.reached is None and outlook.reached_low is None:
        return _("{what} is not expected by {last}.").format(what=what, last=last)
    if outlook.reached is None:
        text = _(
            "{what} is not expected by {last}; the probability of reaching it earlier passes 10 % in {low}."
        )
    elif outlook.reached_high is None:
        text = _("{what} is expected in {year} (80 % prediction interval: {low} to after {last}).")
    else:
        text = _("{what} is expected in {year} (80 % prediction interval: {low} to {high}).")
    low, year, high = (
        day and day.year for day in (outlook.reached_low, outlook.reached, outlook.reached_high)
    )
    return text.format(what=what, year=year, low=low, high=high, last=last)


def pace(outlook: Outlook) -> str | None:
    """Compare the growth that is needed with the growth that is expected; None where either is not known."""
    if outlook.needed_growth is None or outlook.expected_growth is None:
        return None
    needed, expected = outlook.needed_growth, formats.signed_percent(outlook.expected_growth)
    if needed > 0:
        text = _("Growth needed: {needed} a year. Forecast: {expected} a year.")
        return text.format(needed=formats.signed_percent(needed), expected=expected)
    text = _(
        "The last year reaches the target, which holds if visits fall by no more than {share}"
        " a year. Forecast: {expected} a year."
    )
    return text.format(share=formats.change(needed), expected=expected)


def damped(outlook: Outlook, growth: float | None) -> str | None:
    """Explain why forecast growth is clearly below that of the last 52 weeks (`growth`); None where it is not.

    The forecast damps it, since growth goes on in small part only (docs/explanation/forecast.md).
    """
    expected = outlook.expected_growth
    if outlook.needed_growth is None or expected is None or growth is None:
        return None
    if abs(growth) - abs(expected) < DAMPED or growth * expected < 0:
        return None
    text = _("The last 52 weeks brought {change}: as a rule only a small part of such a change continues.")
    return text.format(change=formats.signed_percent(growth))


def total(coming: ExpectedTotal) -> str:
    """Describe an expected sum with its 80 % interval."""
    text = _("Forecast for the next {days} days: {n} visits (80 % prediction interval {low}–{high}).")
    low, high = _visits(coming.low80), _visits(coming.high80)
    return text.format(n=_visits(coming.mean), days=coming.days, low=low, high=high)


def foremost(records: Sequence[Record]) -> Record | None:
    """Return the record to show first: of forecasts made in advance if any, over four weeks or the shortest time.

    None without any. One forecast covers a week, four weeks and a year: adding these up would count it several times.
    """
    ahead = [r for r in records if not r.afterwards] or records
    return next((r for r in ahead if r.days == FOUR_WEEKS), min(ahead, key=lambda r: r.days, default=None))


def record(records: Sequence[Record], judged: int = 0) -> str:
    """Describe how many of the forecasts were covered by their intervals, and how many should be, of `judged` ones."""
    one = foremost(records)
    if one is None and judged:
        return _("Too few forecasts can be compared with the outcome yet to judge their intervals.")
    if one is None:
        return _("No forecast is old enough yet to be compared with the outcome.")
    text = _afterwards if one.afterwards else _forecast_sentence
    return text(one.made).format(
        n=formats.number(one.made), held=one.held, low=one.right_low, high=one.right_high
    )


def _forecast_sentence(count: int) -> str:
    return plural(
        "Interval coverage: in {held} of {n} forecast made in advance the outcome lay in the 80 % interval; "
        "{low} to {high} are expected by chance.",
        "Interval coverage: in {held} of {n} forecasts made in advance the outcome lay in the 80 % interval; "
        "{low} to {high} are expected by chance.",
        count,
    )


def _afterwards(count: int) -> str:
    return plural(
        "Interval coverage: in {held} of {n} forecast recomputed afterwards the outcome lay in the 80 % interval; "
        "{low} to {high} are expected by chance.",
        "Interval coverage: in {held} of {n} forecasts recomputed afterwards the outcome lay in the 80 % interval; "
        "{low} to {high} are expected by chance.",
        count,
    )


def effect_sentence(effect: ActionEffect, measure_of_all: bool) -> str:
    """Describe the effect of an action. `measure_of_all`: it is about the whole site, not some of its spaces."""
    if effect.share is None or effect.share_low is None or effect.share_high is None or effect.a_year is None:
        return _silent()[effect.verdict]
    what = _("visits") if measure_of_all else _("visits to the space")
    low, high = formats.signed_percent(effect.share_low), formats.signed_percent(effect.share_high)
    if effect.verdict == "chance":
        text = _("No clear effect: {what} changed by {low} to {high} (95 % interval).")
        return " ".join(filter(None, (text.format(low=low, high=high, what=what), _would_show(effect))))
    text = (
        _("Effect so far: {share} {what} (95 % interval {low} to {high}), about {n} more a year")
        if effect.a_year > 0
        else _("Effect so far: {share} {what} (95 % interval {low} to {high}), about {n} fewer a year")
    ).format(
        share=formats.signed_percent(effect.share),
        what=what,
        low=low,
        high=high,
        n=_visits(abs(effect.a_year)),
    )
    if effect.of_missing is not None and effect.of_missing > 0:
        text += _(": {share} of what the target still lacks").format(share=_share(effect.of_missing))
    return " ".join(filter(None, (text + ".", _moved().get(effect.origin or ""))))


def _would_show(effect: ActionEffect) -> str:
    """Describe the smallest detectable effect and the time it takes; empty if unknown."""
    if effect.detectable is None or effect.detectable_weeks is None:
        return ""
    share = formats.percent(effect.detectable)
    if effect.detectable_weeks <= effect.weeks_after:
        return _("An effect of {share} or more would probably have shown by now.").format(share=share)
    text = _("An effect of {share} would probably show {n} weeks after.")
    return text.format(share=share, n=formats.number(effect.detectable_weeks))


def _silent() -> dict[str, str]:
    """Explain why there is no effect to report for an action."""
    return {
        "too_early": _("It is too early to say: four weeks are needed."),
        "too_little_before": _("It cannot be said: too little was counted before."),
        "nothing_before": _(
            "It cannot be said: hardly anybody came before, so there is nothing to compare with."
        ),
        "not_observed": _("It cannot be said: no sensor counts those whom it is about."),
    }


def _moved() -> dict[str, str]:
    """Return the sentence on where visits came from, by origin."""
    return {
        "new": _("They are new, not moved from other spaces."),
        "moved": _("They came mostly from other spaces of the site."),
        "partly": _("Some of them came from other spaces."),
        "cannot_tell": _("Whether they are new or came from other spaces is not known."),
    }


def _share(share: float) -> str:
    """Return a percentage; "below 1 %" for less."""
    return _("less than 1 %") if share < 0.01 else formats.percent(share)


def _visits(visits: float) -> str:
    return formats.number(rounded(visits))


def rounded(visits: float) -> float:
    """Round to three significant digits: more would claim more than is known."""
    return float(f"{visits:.3g}")
