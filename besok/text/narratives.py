"""Results as one plain sentence each, in the language of the present request."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from besok.model.forecast import ExpectedTotal, Outlook
from besok.model.views.calendar import ActionEffect
from besok.model.views.forecast import Record
from besok.text import formats
from besok.text.languages import _, plural

NEVER, ALWAYS = 0.05, 0.95  # probabilities beyond which numbers would promise more than a forecast can
FOUR_WEEKS = 28  # days
SOON = timedelta(days=7)  # what is so from so near a day on is so already
DAMPED = 0.015  # so much less growth than there was asks for a reason
BEHIND = 0.03  # a weekday must be so far behind the others to be named


def odds(chance: float) -> str:
    """A probability as people say it: 0.31 is "3 in 10"."""
    if chance < NEVER:
        return _("less than 1 in 20")
    if chance > ALWAYS:
        return _("more than 19 in 20")
    tenths = min(max(round(chance * 10), 1), 9)
    if chance < 0.1 or chance > 0.9:
        tenths = 1 if chance < 0.1 else 9
    return _("{n} in 10").format(n=tenths)


def odds_short(chance: float) -> str:
    """The same for a big figure: "< 1 in 20"."""
    if chance < NEVER:
        return _("< 1 in 20")
    return _("> 19 in 20") if chance > ALWAYS else odds(chance)


def target(outlook: Outlook, factor: float, weekdays: Mapping[int, float] | None = None) -> str | None:
    """The odds of the target by its deadline, and which weekday is furthest behind; None without a target.

    `weekdays` are visits of the last year as a multiple of the baseline's, by weekday (Monday 0).
    Example: "At today's pace the odds of doubling by December 2029 are 3 in 10; Sundays are furthest behind."
    """
    if outlook.odds is None or outlook.deadline is None:
        return None
    late = furthest_behind(weekdays or {})
    if factor == 2:
        said = _("At today's pace the odds of doubling by {month} are {odds}")
    else:
        said = _("At today's pace the odds of reaching {factor} times the visits by {month} are {odds}")
    said = said.format(
        factor=formats.decimal(factor), month=formats.month(outlook.deadline), odds=odds(outlook.odds)
    )
    if late is not None:
        said += "; " + _weekdays_behind()[late]
    return said + "."


def _weekdays_behind() -> tuple[str, ...]:
    return (
        _("Mondays are furthest behind"),
        _("Tuesdays are furthest behind"),
        _("Wednesdays are furthest behind"),
        _("Thursdays are furthest behind"),
        _("Fridays are furthest behind"),
        _("Saturdays are furthest behind"),
        _("Sundays are furthest behind"),
    )


def of(
    outlook: Outlook, factor: float, weekdays: Mapping[int, float] | None = None, growth: float | None = None
) -> tuple[str, ...]:
    """All that is said of a forecast, the most important first; the sum is that of the next four weeks.

    `growth` is that of the last 52 weeks where it stands beside.
    """
    weeks = next((t for t in outlook.totals if (t.last - t.first).days + 1 == FOUR_WEEKS), None)
    said = (
        target(outlook, factor, weekdays),
        landing(outlook),
        when(outlook),
        pace(outlook),
        damped(outlook, growth),
        total(weeks) if weeks else None,
    )
    return tuple(text for text in said if text)


def furthest_behind(weekdays: Mapping[int, float]) -> int | None:
    """The weekday that has grown least, if it stands out from the mean of the others; None where none does."""
    if len(weekdays) < 2:
        return None
    worst = min(weekdays, key=lambda day: weekdays[day])
    others = [value for day, value in weekdays.items() if day != worst]
    return worst if weekdays[worst] < (1 - BEHIND) * sum(others) / len(others) else None


def landing(outlook: Outlook) -> str | None:
    """Visits a year that are expected by the deadline, beside the goal; None without a target or such a forecast."""
    year = next((e for e in outlook.years if e.day == outlook.deadline), None)
    if year is None or outlook.goal is None:
        return None
    said = _(
        "{n} visits a year are expected by {month} (80 % prediction interval {low}–{high}); the goal is {goal}."
    )
    return said.format(
        n=_visits(year.mean), month=formats.month(year.day), low=_visits(year.low80), high=_visits(year.high80),
        goal=_visits(outlook.goal),
    )  # fmt: skip


def when(outlook: Outlook) -> str | None:
    """From when on the target is likely, or more so than not; None where it does not become so, or without a target."""
    if outlook.odds is None:
        return None
    if outlook.likely_from and outlook.likely_from <= outlook.origin + SOON:
        return _("The target is likely (4 in 5) already now.")
    if outlook.likely_from:
        said = _("The target becomes likely (4 in 5) from {month}.")
        return said.format(month=formats.month(outlook.likely_from))
    if outlook.even_from:
        said = _(
            "From {month} the target is more likely than not; it does not become likely (4 in 5) within the forecast."
        )
        return said.format(month=formats.month(outlook.even_from))
    return None


def pace(outlook: Outlook) -> str | None:
    """The growth that is needed beside the growth that is expected; None where either is not known."""
    if outlook.needed_growth is None or outlook.expected_growth is None:
        return None
    needed, expected = outlook.needed_growth, formats.signed_percent(outlook.expected_growth)
    if needed > 0:
        said = _("{needed} a year is needed; {expected} is to be expected.")
        return said.format(needed=formats.signed_percent(needed), expected=expected)
    said = _(
        "The last year reaches the target, which holds if visits fall by no more than {share} a year; "
        "{expected} is to be expected."
    )
    return said.format(share=_share(-needed), expected=expected)


def damped(outlook: Outlook, growth: float | None) -> str | None:
    """Why less growth is expected than there was (`growth`, of the last 52 weeks); None where it is not clearly less.

    The forecast damps it, since growth goes on in small part only (docs/explanation/forecast.md).
    """
    expected = outlook.expected_growth
    if outlook.needed_growth is None or expected is None or growth is None:
        return None
    if abs(growth) - abs(expected) < DAMPED or growth * expected < 0:
        return None
    said = _(
        "That is not the {change} of the last 52 weeks: such a change goes on in small part only, as a rule."
    )
    return said.format(change=formats.signed_percent(growth))


def total(coming: ExpectedTotal) -> str:
    """A sum to come with its 80 % interval."""
    said = _("{n} visits are expected in the next {days} days (80 % prediction interval {low}–{high}).")
    low, high = _visits(coming.low80), _visits(coming.high80)
    return said.format(n=_visits(coming.mean), days=(coming.last - coming.first).days + 1, low=low, high=high)


def foremost(found: Sequence[Record]) -> Record | None:
    """The record that stands for all: that of four weeks, or of the shortest time. None without any.

    A forecast tells of a week, four weeks and a year at once: added up, it would count several times.
    """
    return next((r for r in found if r.days == FOUR_WEEKS), min(found, key=lambda r: r.days, default=None))


def record(found: Sequence[Record]) -> str:
    """How many of the judged forecasts held, beside how many should have."""
    one = foremost(found)
    if one is None:
        return _("No forecast is old enough yet to be compared with what came.")
    said = plural(
        "Of the {n} forecast made, {held} held; 8 of 10 should, and chance allows for {low} to {high}.",
        "Of the {n} forecasts made, {held} held; 8 of 10 should, and chance allows for {low} to {high}.",
        one.made,
    )
    return said.format(n=formats.number(one.made), held=one.held, low=one.right_low, high=one.right_high)


def gave(effect: ActionEffect, measure_of_all: bool) -> str:
    """What an action gave. `measure_of_all`: it is about the whole site, not about some of its spaces."""
    if effect.share is None or effect.share_low is None or effect.share_high is None or effect.a_year is None:
        return _silent()[effect.verdict]
    what = _("visits") if measure_of_all else _("visits to the space")
    low, high = formats.signed_percent(effect.share_low), formats.signed_percent(effect.share_high)
    if effect.verdict == "chance":
        said = _("It cannot be told from chance: somewhere between {low} and {high} {what}.")
        return said.format(low=low, high=high, what=what)
    said = (
        _("So far it gave {share} {what} (19 times of 20 between {low} and {high}), about {n} more a year")
        if effect.a_year > 0
        else _(
            "So far it gave {share} {what} (19 times of 20 between {low} and {high}), about {n} fewer a year"
        )
    ).format(
        share=formats.signed_percent(effect.share),
        what=what,
        low=low,
        high=high,
        n=_visits(abs(effect.a_year)),
    )
    if effect.of_missing is not None and effect.of_missing > 0:
        said += _(": {share} of what the target still lacks").format(share=_share(effect.of_missing))
    return " ".join(filter(None, (said + ".", _moved().get(effect.origin or ""))))


def _silent() -> dict[str, str]:
    """Why nothing can be said of an action."""
    return {
        "too_early": _("It is too early to say: four weeks are needed."),
        "too_little_before": _("It cannot be said: too little was counted before."),
        "nothing_before": _(
            "It cannot be said: hardly anybody came before, so there is nothing to compare with."
        ),
        "not_observed": _("It cannot be said: no sensor counts those whom it is about."),
    }


def _moved() -> dict[str, str]:
    """Where the visits came from."""
    return {
        "new": _("They are new, not moved from other spaces."),
        "moved": _("They came mostly from other spaces of the house."),
        "partly": _("Some of them came from other spaces."),
        "cannot_tell": _("Whether they are new or came from other spaces cannot be told."),
    }


def _share(share: float) -> str:
    """A percentage; below one, that it is."""
    return _("less than 1%") if share < 0.01 else formats.percent(share)


def _visits(visits: float) -> str:
    return formats.number(rounded(visits))


def rounded(visits: float) -> float:
    """Three significant digits: more would claim more than is known."""
    return float(f"{visits:.3g}")
