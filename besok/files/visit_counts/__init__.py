"""Files of visits from anywhere: hours to years, a column or row a door or branch, years down or across, CSV or XLSX.

What is unclear is asked, what is wrong is refused with its row, and what is left out is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import pandas as pd

from besok.files.visit_counts import labels, opening_hours, running, series, totals
from besok.files.visit_counts.columns import find_columns
from besok.files.visit_counts.grid import Sheet, sheets
from besok.files.visit_counts.layouts import counted, layout_of
from besok.files.visit_counts.records import Records, records, unknown_heads
from besok.files.visit_counts.table import Table, find_tables, with_years
from besok.files.visit_counts.wording import Talk, option, refusal
from besok.model.period_counts import UNITS, CountFile, PeriodCount, Unit


def read(
    data: bytes, name: str, answers: Mapping[str, str] | None = None, *, zone: ZoneInfo | None = None
) -> CountFile:
    """Return what a file of counts says. `answers` are by the key of a question, `zone` is that of the site.

    Raises Unclear with what must be asked, CountFileError with what is wrong, where, and what to do.
    """
    talk = Talk(answers or {})
    tables = [(sheet, parts) for sheet in sheets(data, name) if (parts := find_tables(sheet))]
    if not tables:
        raise refusal("{name} has no table with times and counts", name=name)
    found = [
        _of_table(table, sheet, talk, zone)
        for sheet, parts in _chosen_sheets(tables, talk)
        for table in parts
    ]
    hours = opening_hours.of_days((part.frame, part.hours) for part in found)
    frame = pd.concat([part.frame for part in found], ignore_index=True)
    frame = totals.without_sums(frame, talk)
    frame = series.chosen(frame, [*unknown_heads(found[0])], talk)
    heads = [head for part in found for head in part.heads]
    frame = running.counts_of(frame, heads, talk)
    frame = series.without_repeats(frame, talk, zone=zone)
    frame = series.by_hours(frame, talk, found[0].ends) if found[0].timed else frame.assign(hour=-1)
    known = frame[frame["visits"].notna()].sort_values(["series", "first", "hour"], kind="stable")
    if known.empty:
        raise refusal("{name} has no count", name=name)
    _ask_of_means(
        (*heads, *(text for _, parts in tables for part in parts for text in part.title)), known, talk
    )
    _refuse_overlaps(known)
    if (known["visits"] % 1 != 0).any():
        talk.tell("fraction", None, "Some counts are not whole numbers of people.")
    talk.check_used()
    return CountFile(
        unit=_unit(known),
        counts=_counts(known),
        layout=next(filter(None, (layout_of(parts[0]) for _, parts in tables)), ""),
        findings=tuple(talk.remarks),
        hours=hours,
        offers=tuple(talk.offers),
    )


def _of_table(table: Table, sheet: Sheet, talk: Talk, zone: ZoneInfo | None) -> Records:
    table, hours = opening_hours.apart(with_years(counted(table, talk)), talk)
    columns = find_columns(table, talk)
    return replace(records(table, columns, talk, zone=zone, sheet=sheet.name), hours=hours)


def _chosen_sheets(
    tables: Sequence[tuple[Sheet, list[Table]]], talk: Talk
) -> list[tuple[Sheet, list[Table]]]:
    if len(tables) == 1 and not talk.answered("sheets"):
        return [*tables]
    wanted = talk.ask_several(
        "sheets",
        "Several sheets hold tables. Which of them hold the visits? Several are read one after the other.",
        [
            option(
                sheet.name,
                "{n} rows: {heads}",
                n=sum(len(table.body) for table in parts),
                heads=", ".join(map(" ".join, parts[0].heads))[:80],
            )
            for sheet, parts in tables
        ],
    )
    return [(sheet, parts) for sheet, parts in tables if sheet.name in wanted]


def _ask_of_means(texts: Sequence[str], frame: pd.DataFrame, talk: Talk) -> None:
    """Ask whether counts are sums where a head or title speaks of a mean over less than their periods."""
    longer, hourly = (frame["last"] > frame["first"]).any(), (frame["hour"] >= 0).all()
    for text in texts:
        if (labels.DAILY.search(text) and longer) or (labels.HOURLY.search(text) and not hourly):
            talk.ask(
                "means",
                "“{text}” speaks of a mean. Are the counts means, or does each hold all who came in its period? Of "
                "means the sums are needed.",
                [option("sums", "each holds all who came in its period")],
                text=text[:60],
            )
            return


def _refuse_overlaps(frame: pd.DataFrame) -> None:
    """Refuse periods of a series that overlap, unless one is an hour of a day. Raises CountFileError."""
    spans = frame[frame["hour"] < 0].sort_values(["series", "first", "last"])
    overlap = (spans["first"] <= spans["last"].shift(1)) & (spans["series"] == spans["series"].shift(1))
    if overlap.any():
        row = spans[overlap].iloc[0]
        raise refusal(
            "row {row}: the time from {first} to {last} overlaps that of another row; count each day once",
            row=int(row["row"]), first=f"{row['first']:%Y-%m-%d}", last=f"{row['last']:%Y-%m-%d}",
        )  # fmt: skip


def _unit(frame: pd.DataFrame) -> Unit:
    """Return the unit that most counts have."""
    most = str(frame["unit"].mode().iloc[0])
    return next(unit for unit in UNITS if unit == most)


def _counts(frame: pd.DataFrame) -> tuple[PeriodCount, ...]:
    firsts, lasts = (frame[name].dt.date.tolist() for name in ("first", "last"))
    rows = zip(
        frame["series"].tolist(), firsts, lasts, frame["hour"].tolist(), frame["visits"].tolist(), strict=True
    )
    return tuple(
        PeriodCount(series=name, first=first, last=last, hour=None if hour < 0 else hour, visits=visits)
        for name, first, last, hour, visits in rows
    )
