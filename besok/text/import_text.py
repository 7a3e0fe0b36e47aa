"""Texts of an import: the changes that storing counts would make, for pages and commands."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from besok.model.views.imports import ImportPreview
from besok.model.views.progress import Progress, SoFar
from besok.text import formats, opening_text
from besok.text.languages import _, plural

SHOWN: Final = 10  # special days


def changes(preview: ImportPreview) -> list[str]:
    """Return the changes to the figures of *Progress*: `Visits in 365 days: not known → 312,400`."""
    before, after = _figures(preview.before), _figures(preview.after)
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    unknown = _("not known")
    return [f"{name}: {before.get(name, unknown)} → {value}" for name, value in changed.items()] or [
        _("Nothing on Progress changes.")
    ]


def periods(preview: ImportPreview) -> Iterator[str]:
    """Yield how many of the periods are new, unchanged, or replace stored ones."""
    yield _("{n} new periods").format(n=formats.number(preview.added))
    if preview.same:
        yield _("{n} periods that are stored already").format(n=formats.number(preview.same))
    if preview.corrected:
        count, before = preview.corrected[0]
        yield _("{n} periods replace another value, the first on {day}: {before} becomes {after}").format(
            n=formats.number(len(preview.corrected)),
            day=formats.day(count.first),
            before=formats.number(before),
            after=formats.number(count.visits),
        )
    if preview.measured:
        yield _("{n} days are measured by sensors, whose counts stay in force").format(
            n=formats.number(preview.measured)
        )
    for one in preview.special_days[:SHOWN]:
        span = " – ".join(dict.fromkeys(map(formats.day, (one.first, one.last))))
        yield _("opening hours {span}: {hours}").format(span=span, hours=opening_text.special(one.hours))
    if (more := len(preview.special_days) - SHOWN) > 0:
        yield plural("and {n} more special day", "and {n} more special days or periods", more).format(n=more)


def _figures(known: Progress | SoFar) -> dict[str, str]:
    """Return the known figures by their labels."""
    figures: dict[str, str | None] = {}
    if isinstance(known, SoFar):
        figures[_("First day with visits")] = formats.day(known.first) if known.first else None
        figures[_("Days with visits")] = formats.number(known.days) if known.days else None
    else:
        figures[_("Baseline, visits a year")] = _number(known.baseline_visits)
        figures[_("Data coverage of the baseline")] = formats.percent(known.baseline_coverage)
        figures[_("Target, visits a year")] = _number(known.goal_visits)
    if known.coverage_365:
        figures[_("Data coverage of the last 365 days")] = _dated(known, formats.percent(known.coverage_365))
    if known.last_365 is not None:
        figures[_("Visits in the last 365 days")] = _dated(known, _number(known.last_365))
        grown = None if known.growth is None else formats.signed_percent(known.growth)
        figures[_("Growth in a year")] = _dated(known, grown)
    return {name: value for name, value in figures.items() if value}


def _dated(known: Progress | SoFar, date: str | None) -> str | None:
    """Return a figure of the last year with its last day, where that is not yesterday."""
    if date is None or known.until == known.today - timedelta(days=1):
        return date
    return _("{figure} (up to {day})").format(figure=date, day=formats.day(known.until))


def _number(value: float | None) -> str | None:
    return None if value is None else formats.number(value)
