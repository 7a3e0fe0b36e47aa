"""The annual report as text for people, and as JSON for machines."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from pydantic import TypeAdapter

from besok.model.calendar import business_day
from besok.model.errors import BesokError, NotFound
from besok.model.plurals import many
from besok.model.views.annual import AnnualReport, DefinitionEvidence, DoorEvidence
from besok.services.closed_periods import close_period, get_reported
from besok.store.database import Database
from besok.store.sites import load, load_all
from cli.terminal import sample_weeks
from cli.terminal.closed_periods import revision

DAY = timedelta(days=1)
SHOWN = 20  # stretches of days told by name
_JSON = TypeAdapter(list[AnnualReport])


def reports(
    db: Database, site: str | None, year: int, now: datetime, *, verify: bool
) -> tuple[list[AnnualReport], list[str]]:
    """Return the reports of a site or of all, and why some are left out: no counts, or no day is over yet.

    Raises NotFound where that is so of the one that was asked for, or of all.
    """
    found, left_out = [], list[NotFound]()
    for place in [load(db, site)] if site else load_all(db):
        try:
            found.append(get_reported(db, place.id, year, business_day(now, place), verify=verify))
        except NotFound as exc:
            left_out.append(exc)
    if not found:
        raise left_out[0] if left_out else NotFound("there is no site yet; `besok site apply` makes one")
    return found, [str(reason) for reason in left_out]


def close(db: Database, site: str | None, year: int, author: str, now: datetime) -> list[str]:
    """Close a year of a site, or of all that have a figure; a line for each. Raises BesokError for the one named."""
    lines = []
    for place in [load(db, site)] if site else load_all(db):
        try:
            made = close_period(db, place.id, date(year, 1, 1), date(year, 12, 31), author=author, now=now)
            lines.append(f"{year} of {place.id} is closed under {made.id}")
        except BesokError as exc:
            if site:
                raise
            lines.append(f"{place.id} is not closed: {exc}")
    return lines


def as_json(reports: Sequence[AnnualReport]) -> str:
    """Return a JSON array of the reports."""
    return _JSON.dump_json(list(reports), indent=2).decode()


def as_text(report: AnnualReport) -> str:
    """Return the report for a reader who signs it."""
    return "\n".join(_lines(report))


def _lines(r: AnnualReport) -> Iterator[str]:
    yield f"{r.site}: visits {r.first} to {r.last}"
    if r.besok01 is not None:
        yield f"  Besok01 (visits, national library statistics): {_n(r.besok01)}"
    yield f"  net {_n(r.net)}, gross {_n(r.gross)}"
    yield f"  counted, without estimates: net {_n(r.net_counted)}, gross {_n(r.gross_counted)}"
    if r.low is not None:
        yield (
            f"  net lies between {_n(r.low)} and {_n(r.high)} in 95 of 100 cases"
            f" (standard error of gross {_n(r.se)}: counting {_n(r.se_counting)}, missing {_n(r.se_missing)})"
        )
    if r.closed:
        yield f"  closed {_t(r.closed.closed)} by {r.closed.author} (Besök {r.closed.version}): the figure stays"
        if said := revision(r.closed, "besok01"):
            yield f"  REVISION: {said}"
    yield from (f"  NOTE: {remark}" for remark in r.remarks)
    yield (
        f"  {many(r.days, 'business day')}, {r.days_closed} of them closed: {r.days_whole} observed whole,"
        f" {r.days_partly} in part, {r.days_missing} not at all"
    )
    yield f"  open for {many(r.hours_staffed, 'hour')} with staff, and {_n(r.hours_staffless)} without (card only)"
    if r.gross is not None:
        yield (
            f"  {r.estimated_share:.2%} of gross is estimated for what was not observed,"
            f" {r.imputed_share:.2%} spread over gaps of totals"
        )
    if r.filled:
        yield f"  days as shown hold {_n(r.filled)} more, estimated for silent doors; this figure has its own"
    if r.missing:
        stretches = list(_stretches(r.missing))
        more = " ..." if len(stretches) > SHOWN else ""
        yield "  not observed at all: " + ", ".join(stretches[:SHOWN]) + more
    if r.sample:
        yield f"  {sample_weeks.said(r.sample)};"
        yield f"  {r.sample.freedom:.0f} degrees of freedom; weeks of one kind by their opening hours"
        yield "  (docs/explanation/visits.md)."
    elif r.gross is not None:
        yield "  What is missing is estimated from the same door on days of the same kind nearby and from what was"
        yield "  seen that day; its error is measured by hiding as much elsewhere in the year"
        yield "  (docs/explanation/visits.md)."
    yield "  Definitions:" + ("" if r.definitions else " none stated (version 0)")
    yield from (f"    {_definition(d)}" for d in r.definitions)
    yield "  Doors:"
    for door in r.doors:
        yield from _door(door)
    if r.imports:
        yield "  Imports:"
    for i in r.imports:
        file = f" of {i.name}, SHA-256 {i.digest}," if i.name else ""
        yield (
            f"    {i.source} ({i.counts}, {i.method}):{file} by {i.author} {_t(i.made)}:"
            f" {many(i.visits, 'visit')} on {many(i.days, 'day')}"
        )
    if r.corrections:
        yield "  Corrections:"
    for c in r.corrections:
        gone = f", undone {_t(c.undone)}" if c.undone else ""
        yield (
            f"    {c.door}: in x {c.factor_in:.4f}{_off(c.error_in)}, out x {c.factor_out:.4f}{_off(c.error_out)}"
            f" {_span(c.first, c.last)},"
            f" by {c.author} {_t(c.decided)}: {c.reason}{gone}"
        )
    if r.voids:
        yield "  Voided readings:"
    for v in r.voids:
        above = "" if v.above is None else f" above {v.above:g}"
        gone = f", undone {_t(v.undone)}" if v.undone else ""
        yield (
            f"    {v.source} {v.device} {_span(v.first, v.last)}: {many(v.readings, 'reading')}{above},"
            f" by {v.author} {_t(v.made)}: {v.reason}{gone}"
        )
    if (found := r.verification) is not None:
        verdict = "the same" if found.same else "NOT the same: " + ", ".join(found.different[:10])
        figures = f"net {_n(found.net)}, gross {_n(found.gross)}"
        yield f"  Verified from {many(found.readings, 'reading')}: {figures}, {verdict}"


def _stretches(days: Sequence[date]) -> Iterator[str]:
    """Days in order as stretches: `2025-01-01 to 2025-01-31`, `2025-03-08`."""
    first = days[0]
    for day, after in zip(days, (*days[1:], None), strict=True):
        if after != day + DAY:
            yield str(day) if day == first else f"{first} to {day}"
            first = after or day


def _definition(d: DefinitionEvidence) -> str:
    what = d.definition
    doors = ", ".join(what.portals) or "every door of the perimeter"
    off = "; ".join(
        f"{x.kind} {f'{x.share:.1%}' if x.share else f'{x.per_day:g} a day'}"
        + (f" of {', '.join(x.portals)}" if x.portals else "")
        for x in what.deductions
    )
    held = f"replaced {_t(d.ended)}" if d.ended else "in force" if d.used else "holds on no day of this"
    how = "who go in" if what.method == "in" else "half of all who pass"
    return f"version {d.version} from {d.first} ({held}): {how} by {doors}; taken off: {off or 'nothing'}"


def _door(door: DoorEvidence) -> Iterator[str]:
    if not door.counts:
        yield f"    {door.door}: does not count"
        return
    corrected = f", {door.corrected:+,.0f} by corrections" if door.corrected else ""
    yield (
        f"    {door.door}: {_n(door.counted)} counted{corrected}, {_n(door.estimated)} estimated;"
        f" {many(door.days_whole, 'day')} whole, {door.days_partly} in part, {door.days_missing} missing"
    )
    for s in door.sensors:
        clock = f", {_n(s.odd_clock)} with an odd clock" if s.odd_clock else ""
        voided = f", {_n(s.voided)} voided" if s.voided else ""
        gone = f" since {s.expired:%Y-%m-%d} (earlier ones are deleted)" if s.expired else ""
        turned = ", swapped" if s.swapped else ""
        yield (
            f"      {s.source} {s.device} {s.channel} ({s.model or 'model not told'}, {s.role}{turned})"
            f" there {_span(s.placed, s.ended)}: {many(s.readings, 'reading')}{gone}{voided}{clock}"
        )


def _n(value: float | None) -> str:
    return "not known" if value is None else f"{value:,.0f}"


def _off(error: float | None) -> str:
    return "" if error is None else f" (standard error {error:.2%})"


def _t(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _span(first: datetime | None, last: datetime | None) -> str:
    """None is without a beginning, or an end."""
    if first and last:
        return f"from {_t(first)} to {_t(last)}"
    return f"since {_t(first)}" if first else f"until {_t(last)}" if last else "all the time"
