"""Files of visits of any origin: hours to years, doors in columns or rows, years down or across, CSV or XLSX.

Unclear points are asked about, errors are refused with their row, and parts left out are reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import pandas as pd

from besok.files.visit_counts import labels, opening_hours, running, series, totals
from besok.files.visit_counts.columns import find_columns
from besok.files.visit_counts.grid import Sheet, sheets
from besok.files.visit_counts.layouts import counted, layout_of
from besok.files.visit_counts.records import Records, records, unknown_headers
from besok.files.visit_counts.table import Table, find_tables, with_years
from besok.files.visit_counts.wording import Dialog, option, refusal
from besok.model.period_counts import UNITS, CountFile, PeriodCount, Unit


def read(
    data: bytes, name: str, answers: Mapping[str, str] | None = None, *, zone: ZoneInfo | None = None
) -> CountFile:
    """Read a file of counts. `answers` are by the key of a question, `zone` is that of the site.

    Raises Unclear with the open questions, CountFileError with the error, its place, and the remedy.
    """
    dialog = Dialog(answers or {})
    tables = [(sheet, parts) for sheet in sheets(data, name) if (parts := find_tables(sheet))]
    if not tables:
        raise refusal("{name} has no table with times and counts", name=name)
    results = [
        _of_table(table, sheet, dialog, zone)
        for sheet, parts in _chosen_sheets(tables, dialog)
        for table in parts
    ]
    hours = opening_hours.hours_by_day((part.frame, part.hours) for part in results)
    frame = pd.concat([part.frame for part in results], ignore_index=True)
    frame = totals.without_sums(frame, dialog)
    frame = series.selected(frame, [*unknown_headers(results[0])], dialog)
    headers = [header for part in results for header in part.headers]
    frame = running.counts_of(frame, headers, dialog)
    frame = series.without_repeats(frame, dialog, zone=zone)
    frame = series.by_hours(frame, dialog, results[0].ends) if results[0].timed else frame.assign(hour=-1)
    counts = frame[frame["visits"].notna()].sort_values(["series", "first", "hour"], kind="stable")
    if counts.empty:
        raise refusal("{name} has no count", name=name)
    _ask_of_means(
        (*headers, *(text for _, parts in tables for part in parts for text in part.title)), counts, dialog
    )
    _refuse_overlaps(counts)
    if (counts["visits"] % 1 != 0).any():
        dialog.remark("fraction", None, "Some counts are not whole numbers of people.")
    dialog.check_used()
    return CountFile(
        unit=_unit(counts),
        counts=_counts(counts),
        layout=next(filter(None, (layout_of(parts[0]) for _, parts in tables)), ""),
        findings=tuple(dialog.remarks),
        hours=hours,
        offers=tuple(dialog.offers),
    )


def _of_table(table: Table, sheet: Sheet, dialog: Dialog, zone: ZoneInfo | None) -> Records:
    table, hours = opening_hours.split_hours(with_years(counted(table, dialog)), dialog)
    columns = find_columns(table, dialog)
    return replace(records(table, columns, dialog, zone=zone, sheet=sheet.name), hours=hours)


def _chosen_sheets(
    tables: Sequence[tuple[Sheet, list[Table]]], dialog: Dialog
) -> list[tuple[Sheet, list[Table]]]:
    if len(tables) == 1 and not dialog.answered("sheets"):
        return [*tables]
    selected = dialog.ask_several(
        "sheets",
        "Several sheets hold tables. Which of them hold the visits? Several are read one after the other.",
        [
            option(
                sheet.name,
                "{n} rows: {heads}",
                n=sum(len(table.body) for table in parts),
                heads=", ".join(map(" ".join, parts[0].headers))[:80],
            )
            for sheet, parts in tables
        ],
    )
    return [(sheet, parts) for sheet, parts in tables if sheet.name in selected]


def _ask_of_means(texts: Sequence[str], frame: pd.DataFrame, dialog: Dialog) -> None:
    """Ask whether counts are sums where a header or title mentions a mean over less than their periods."""
    longer, hourly = (frame["last"] > frame["first"]).any(), (frame["hour"] >= 0).all()
    for text in texts:
        if (labels.DAILY.search(text) and longer) or (labels.HOURLY.search(text) and not hourly):
            dialog.ask(
                "means",
                "“{text}” suggests a mean. Are the counts means, or is each the total of its period? Means cannot "
                "be used; sums can.",
                [option("sums", "each is the total of its period")],
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
