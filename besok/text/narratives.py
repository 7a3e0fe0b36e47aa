"""Results as one plain sentence each, in both languages of the screens.

The sentences say what a chart shows, so that nobody has to read it off: for the page, the API and whoever quotes them.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from besok.model.forecast import ExpectedTotal, Outlook
from besok.model.plurals import many
from besok.model.site import Text
from besok.model.views.calendar import ActionEffect
from besok.model.views.forecast import Record

NEVER, ALWAYS = 0.05, 0.95  # odds beyond which numbers would promise more than a forecast can
FOUR_WEEKS = 28  # days
SOON = timedelta(days=7)  # what is so from so near a day on is so already
DAMPED = 0.015  # so much less growth than there was asks for a reason
BEHIND = 0.03  # a weekday must be so far behind the others to be named
_DAYS_SV = ("Måndagar", "Tisdagar", "Onsdagar", "Torsdagar", "Fredagar", "Lördagar", "Söndagar")
_DAYS_EN = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def odds(chance: float) -> Text:
    """A probability as people say it: 0.31 is "3 in 10"."""
    if chance < NEVER:
        return Text(sv="mindre än 1 på 20", en="less than 1 in 20")
    if chance > ALWAYS:
        return Text(sv="mer än 19 på 20", en="more than 19 in 20")
    tenths = min(max(round(chance * 10), 1), 9)
    if chance < 0.1 or chance > 0.9:
        tenths = 1 if chance < 0.1 else 9
    return Text(sv=f"{tenths} på 10", en=f"{tenths} in 10")


def odds_short(chance: float) -> Text:
    """The same for a big figure: "< 1 in 20"."""
    said = odds(chance)
    words = (("mindre än ", "< "), ("mer än ", "> "), ("less than ", "< "), ("more than ", "> "))
    sv, en = said.sv, said.en
    for long, sign in words:
        sv, en = sv.replace(long, sign), en.replace(long, sign)
    return Text(sv=sv, en=en)


def target(outlook: Outlook, factor: float, weekdays: Mapping[int, float] | None = None) -> Text | None:
    """The odds of the target by its deadline, and which weekday is furthest behind; None without a target.

    `weekdays` are visits of the last year as a multiple of the baseline's, by weekday (Monday 0).
    Example: "At today's pace the odds of doubling by December 2029 are 3 in 10; Sundays are furthest behind."
    """
    if outlook.odds is None or outlook.deadline is None:
        return None
    chance, late = odds(outlook.odds), furthest_behind(weekdays or {})
    sv = (
        f"Som det går nu är chansen {chance.sv} att {_reach_sv(factor)} till {_month(outlook.deadline, 'sv')}"
    )
    en = (
        f"At today's pace the odds of {_reach_en(factor)} by {_month(outlook.deadline, 'en')} are {chance.en}"
    )
    if late is not None:
        sv += f"; {_DAYS_SV[late].lower()} ligger längst efter"
        en += f"; {_DAYS_EN[late]} are furthest behind"
    return Text(sv=f"{sv}.", en=f"{en}.")


def of(
    outlook: Outlook, factor: float, weekdays: Mapping[int, float] | None = None, growth: float | None = None
) -> tuple[Text, ...]:
    """All that is said of a forecast, the most important first; the sum is that of the next four weeks.

    `growth` is that of the last 52 weeks where it stands beside.
    """
    weeks = next((t for t in outlook.totals if (t.last - t.first).days + 1 == FOUR_WEEKS), None)
    ahead = (
        landing(outlook),
        when(outlook),
        pace(outlook),
        damped(outlook, growth),
        total(weeks) if weeks else None,
    )
    said = (target(outlook, factor, weekdays), *ahead)
    return tuple(text for text in said if text)


def furthest_behind(weekdays: Mapping[int, float]) -> int | None:
    """The weekday that has grown least, if it stands out from the mean of the others; None where none does."""
    if len(weekdays) < 2:
        return None
    worst = min(weekdays, key=lambda day: weekdays[day])
    others = [value for day, value in weekdays.items() if day != worst]
    return worst if weekdays[worst] < (1 - BEHIND) * sum(others) / len(others) else None


def landing(outlook: Outlook) -> Text | None:
    """How many visits a year are expected by the deadline, beside the goal; None without a target or such a forecast.

    Example: "551,000 visits a year are expected by December 2030 (8 times of 10 between 415,000 and 687,000); the goal
    is 818,000."
    """
    year = next((e for e in outlook.years if e.day == outlook.deadline), None)
    if year is None or outlook.goal is None:
        return None
    sv, en = (
        tuple(_visits(v, lang) for v in (year.mean, year.low80, year.high80, outlook.goal))
        for lang in ("sv", "en")
    )
    by = {lang: _month(year.day, lang) for lang in ("sv", "en")}
    return Text(
        sv=f"Till {by['sv']} väntas {sv[0]} besök om året (8 gånger av 10 mellan {sv[1]} och {sv[2]}); "
        f"målet är {sv[3]}.",
        en=f"{en[0]} visits a year are expected by {by['en']} (8 times of 10 between {en[1]} and {en[2]}); "
        f"the goal is {en[3]}.",
    )


def when(outlook: Outlook) -> Text | None:
    """From when on the target is likely, or more so than not; None where it does not become so, or without a target."""
    if outlook.odds is None:
        return None
    if outlook.likely_from and outlook.likely_from <= outlook.origin + SOON:
        return Text(sv="Målet är troligt (4 på 5) redan nu.", en="The target is likely (4 in 5) already now.")
    if outlook.likely_from:
        sv, en = (_month(outlook.likely_from, lang) for lang in ("sv", "en"))
        return Text(
            sv=f"Målet är troligt (4 på 5) från {sv}.", en=f"The target becomes likely (4 in 5) from {en}."
        )
    if outlook.even_from:
        sv, en = (_month(outlook.even_from, lang) for lang in ("sv", "en"))
        return Text(
            sv=f"Från {sv} är målet troligare än inte; troligt (4 på 5) blir det inte inom prognosen.",
            en=f"From {en} the target is more likely than not; it does not become likely (4 in 5) within the forecast.",
        )
    return None


def pace(outlook: Outlook) -> Text | None:
    """The growth that is needed beside the growth that is expected; None where either is not known."""
    if outlook.needed_growth is None or outlook.expected_growth is None:
        return None
    needed, expected = outlook.needed_growth, outlook.expected_growth
    if needed <= 0:  # the last year holds what the goal asks
        falls_sv, falls_en = (_share(-needed, lang) for lang in ("sv", "en"))
        return Text(
            sv=f"Det senaste året når målet, och det håller om besöken minskar med högst {falls_sv} om året; "
            f"att vänta är {_growth(expected, 'sv')}.",
            en=f"The last year reaches the target, which holds if visits fall by no more than {falls_en} a year; "
            f"{_growth(expected, 'en')} is to be expected.",
        )
    return Text(
        sv=f"Det behövs {_growth(needed, 'sv')} om året; att vänta är {_growth(expected, 'sv')}.",
        en=f"{_growth(needed, 'en')} a year is needed; {_growth(expected, 'en')} is to be expected.",
    )


def damped(outlook: Outlook, growth: float | None) -> Text | None:
    """Why less growth is expected than there was (`growth`, of the last 52 weeks); None where it is not clearly less.

    The forecast damps it, since growth goes on in small part only (docs/explanation/forecast.md).
    """
    expected = outlook.expected_growth
    if outlook.needed_growth is None or expected is None or growth is None:
        return None
    if abs(growth) - abs(expected) < DAMPED or growth * expected < 0:
        return None
    sv, en = (_growth(growth, lang) for lang in ("sv", "en"))
    return Text(
        sv=f"Det är inte de senaste 52 veckornas {sv}: sådant fortsätter som regel bara till en mindre del.",
        en=f"That is not the {en} of the last 52 weeks: such a change goes on in small part only, as a rule.",
    )


def total(coming: ExpectedTotal) -> Text:
    """A sum to come with its 80 % interval."""
    sv, en = (
        tuple(_visits(v, lang) for v in (coming.mean, coming.low80, coming.high80)) for lang in ("sv", "en")
    )
    days = (coming.last - coming.first).days + 1
    return Text(
        sv=f"De närmaste {days} dagarna väntas {sv[0]} besök (8 gånger av 10 mellan {sv[1]} och {sv[2]}).",
        en=f"{en[0]} visits are expected in the next {days} days (8 times of 10 between {en[1]} and {en[2]}).",
    )


def foremost(found: Sequence[Record]) -> Record | None:
    """The record that stands for all: that of four weeks, or of the shortest time. None without any.

    A forecast tells of a week, four weeks and a year at once: added up, it would count several times.
    """
    return next((r for r in found if r.days == FOUR_WEEKS), min(found, key=lambda r: r.days, default=None))


def record(found: Sequence[Record]) -> Text:
    """How many of the judged forecasts held, beside how many should have.

    Example: "Of the 24 forecasts made, 19 held; 8 of 10 should, and chance allows for 14 to 24."
    """
    one = foremost(found)
    if one is None:
        return Text(
            sv="Ingen prognos är ännu gammal nog att jämföras med utfallet.",
            en="No forecast is old enough yet to be compared with what came.",
        )
    forecasts = "gjord prognos" if one.made == 1 else "gjorda prognoser"
    return Text(
        sv=f"Av {one.made} {forecasts} höll {one.held}; 8 av 10 ska göra det, "
        f"och slumpen tillåter {one.right_low} till {one.right_high}.",
        en=f"Of the {many(one.made, 'forecast')} made, {one.held} held; 8 of 10 should, "
        f"and chance allows for {one.right_low} to {one.right_high}.",
    )


def gave(effect: ActionEffect, measure_of_all: bool) -> Text:
    """What an action gave. `measure_of_all`: it is about the whole site, not about some of its spaces.

    Example: "So far it gave +12% visits (19 times of 20 between +3% and +21%), about 4,100 more a year."
    """
    if effect.share is None or effect.share_low is None or effect.share_high is None or effect.a_year is None:
        return _SILENT[effect.verdict]
    low, high = effect.share_low, effect.share_high
    sv_what, en_what = ("besök", "visits") if measure_of_all else ("besök i utrymmet", "visits to the space")
    span_sv, span_en = (f"{_growth(low, lang)} … {_growth(high, lang)}" for lang in ("sv", "en"))
    if effect.verdict == "chance":
        return Text(
            sv=f"Det kan inte skiljas från slumpen: någonstans mellan {span_sv.replace('…', 'och')} {sv_what}.",
            en=f"It cannot be told from chance: somewhere between {span_en.replace('…', 'and')} {en_what}.",
        )
    year = {lang: _visits(abs(effect.a_year), lang) for lang in ("sv", "en")}
    sv = (
        f"Hittills har det gett {_growth(effect.share, 'sv')} {sv_what} (19 gånger av 20 mellan "
        f"{span_sv.replace('…', 'och')}), omkring {year['sv']} {'fler' if effect.a_year > 0 else 'färre'} om året"
    )
    en = (
        f"So far it gave {_growth(effect.share, 'en')} {en_what} (19 times of 20 between "
        f"{span_en.replace('…', 'and')}), about {year['en']} {'more' if effect.a_year > 0 else 'fewer'} a year"
    )
    if effect.of_missing is not None and effect.of_missing > 0:
        sv += f": {_share(effect.of_missing, 'sv')} av det som fattas till målet"
        en += f": {_share(effect.of_missing, 'en')} of what the target still lacks"
    moved = _MOVED.get(effect.origin or "", Text(sv="", en=""))
    return Text(sv=f"{sv}.{moved.sv}", en=f"{en}.{moved.en}")


_SILENT = {
    "too_early": Text(
        sv="Det är för tidigt att säga: fyra veckor behövs.",
        en="It is too early to say: four weeks are needed.",
    ),
    "too_little_before": Text(
        sv="Det kan inte sägas: för lite räknades innan.",
        en="It cannot be said: too little was counted before.",
    ),
    "nothing_before": Text(
        sv="Det kan inte sägas: nästan ingen kom innan, så det finns inget att jämföra med.",
        en="It cannot be said: hardly anybody came before, so there is nothing to compare with.",
    ),
    "not_observed": Text(
        sv="Det kan inte sägas: ingen sensor räknar dem som det gäller.",
        en="It cannot be said: no sensor counts those whom it is about.",
    ),
}
_MOVED = {
    "new": Text(
        sv=" De är nya, inte flyttade från andra utrymmen.", en=" They are new, not moved from other spaces."
    ),
    "moved": Text(
        sv=" De kom mest från andra utrymmen i huset.", en=" They came mostly from other spaces of the house."
    ),
    "partly": Text(sv=" En del av dem kom från andra utrymmen.", en=" Some of them came from other spaces."),
    "cannot_tell": Text(
        sv=" Om de är nya eller kom från andra utrymmen går inte att säga.",
        en=" Whether they are new or came from other spaces cannot be told.",
    ),
}


def _share(share: float, lang: str) -> str:
    """A percentage; below one, that it is."""
    if share < 0.01:
        return {"sv": "mindre än 1 %", "en": "less than 1%"}[lang]
    return _growth(share, lang).lstrip("+")


def _reach_sv(factor: float) -> str:
    return (
        "nå en fördubbling"
        if factor == 2
        else f"nå {format_decimal(factor, locale='sv')} gånger så många besök"
    )


def _reach_en(factor: float) -> str:
    return "doubling" if factor == 2 else f"reaching {format_decimal(factor, locale='en')} times the visits"


def _month(day: date, lang: str) -> str:
    return format_date(day, "MMMM y", locale=lang)


def _growth(share: float, lang: str) -> str:
    """With its sign, a true minus in both languages; what rounds to nothing is ±0."""
    told = format_percent(abs(share), format="#,##0 %" if lang == "sv" else "#,##0%", locale=lang)
    if told == format_percent(0, format="#,##0 %" if lang == "sv" else "#,##0%", locale=lang):
        return f"±{told}"
    return ("+" if share > 0 else "−") + told


def _visits(visits: float, lang: str) -> str:
    return str(format_decimal(rounded(visits), format="#,##0", locale=lang))


def rounded(visits: float) -> float:
    """Three significant digits: more would claim more than is known."""
    return float(f"{visits:.3g}")
