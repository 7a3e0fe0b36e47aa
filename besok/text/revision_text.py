"""Texts of revisions: why a reported figure would differ now."""

from datetime import date

from besok.model.views.closed_periods import ClosedPeriod, Revision, RevisionReason
from besok.text import formats
from besok.text.languages import _, plural

SHOWN_DAYS = 5


def period(first: date, last: date) -> str:
    """Return `2025` or `March 2025`."""
    if first.month != last.month:
        return str(first.year)
    return f"{formats.months('wide')[first.month - 1]} {first.year}"


def revision(closed: ClosedPeriod, measure: str) -> str:
    """Return `It would be 12,412 now (+67): …`; empty where the figure is unchanged.

    `measure` is gross, net or besok01, for which net stands where there is none.
    """
    revised = closed.revision
    if revised is None:
        return ""
    now, then = (revised.gross, closed.gross) if measure == "gross" else (revised.net, closed.net)
    if measure == "besok01" and closed.besok01 is not None:
        now, then = revised.besok01, closed.besok01
    if now is None:
        return _("No figure could be given now: {why}.").format(why=reasons(revised))
    text = _("It would be {n} now ({change}): {why}.")
    return text.format(n=formats.number(now), change=formats.signed(now - then), why=reasons(revised))


def reasons(revised: Revision) -> str:
    """Return the reasons, and the days that differ."""
    why = "; ".join(dict.fromkeys(_reason(one) for one in revised.reasons))
    if not revised.days:
        return why
    days = plural("{n} day differs", "{n} days differ", len(revised.days)).format(n=len(revised.days))
    dates = ", ".join(formats.day(day) for day in list(revised.days)[:SHOWN_DAYS])
    more = " …" if len(revised.days) > SHOWN_DAYS else ""
    return f"{why} ({days}: {dates}{more})"


def _reason(one: RevisionReason) -> str:
    text_by_kind = {
        "void": _("readings were voided by {author}: {text}"),
        "void_undone": _("voided readings count again, by {author}: {text}"),
        "correction": _("a door was corrected by {author}: {text}"),
        "correction_undone": _("the correction of a door was undone by {author}: {text}"),
        "definition": _("another definition of a visit"),
        "counts": _("counts from {text} were imported or removed by {author}"),
        "quarantine": _("readings were released from quarantine by {author}: {text}"),
        "late": plural("{n} reading came late", "{n} readings came late", one.number),
        "sensors": _("sensors at its doors are recorded as mounted differently"),
        "program": _("another version of the program, or of the description of the site"),
    }[one.kind]
    text = formats.source(one.text) if one.kind == "counts" else one.text
    return text_by_kind.format(author=formats.author(one.author), text=text, n=formats.number(one.number))
