"""Opening hours in a column next to the counts: offered where its header names them, read if a person agrees."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Final

import pandas as pd

from besok.files.values import CLOSED
from besok.files.visit_counts import labels
from besok.files.visit_counts.columns import sample, words_of
from besok.files.visit_counts.table import Table
from besok.files.visit_counts.wording import Dialog, option, refusal
from besok.files.written_times import clock_of

HEADS: Final = frozenset(
    {"öppet", "öppettid", "öppettider", "öppnar", "stänger", "open", "opens", "opening", "closes", "closing",
     "öffnungszeit", "öffnungszeiten", "geöffnet"}
)  # fmt: skip
TILL: Final = re.compile(r"\s*(?:[-–—]|\b(?:to|till|bis)\b)\s*")
BETWEEN: Final = re.compile(r"\s*(?:[,;&+/]|\boch\b|\band\b|\bund\b)\s*")
DAY: Final = 24 * 60  # minutes


def split_hours(table: Table, dialog: Dialog) -> tuple[Table, "pd.Series[str] | None"]:
    """Return a table without its opening hours, and the hours by row, None if not requested."""
    by_name = {table.name(c): c for c, header in enumerate(table.headers) if header}
    offered = [c for name, c in by_name.items() if words_of(name) & HEADS and _are_hours(table.body[c])]
    hours = None
    if dialog.answered("hours"):
        columns = [option(name, "the column “{name}”", name=name[:60]) for name in by_name]
        chosen = dialog.ask_several("hours", "In which column, or two, are the opening hours?", columns)
        if len(chosen) > 2:
            raise refusal("opening hours are in one column, or in two: when it opens, and when it closes")
        hour_cells = [by_name[name] for name in chosen]
        hours = table.body[hour_cells].agg(" - ".join, axis=1).str.strip(" -")
        offered = [*offered, *hour_cells]
    elif offered:
        names = "|".join(table.name(c) for c in offered[:2])
        dialog.offer(
            "hours",
            "The file has opening hours. Are they those of the whole site on these days?",
            [
                option("", "leave the opening hours of that time as they are"),
                option(names, "take them from “{names}”", names=names[:60]),
            ],
        )
    if not offered:
        return table, hours
    headers = [() if c in offered else header for c, header in enumerate(table.headers)]
    body = table.body.copy()
    body[offered] = ""
    return replace(table, headers=headers, body=body), hours


def _are_hours(column: "pd.Series[str]") -> bool:
    texts = [text.lower() for text in sample(column)]
    return bool(texts) and all(hours_of(text) or _minutes(text) is not None for text in texts)


def hours_of(text: str) -> str | None:
    """Return hours in the form of site files: from 10-19, 9.30 till 17, 8-12 och 13-17, closed; None for others."""
    text = text.lower().strip()
    if not {*re.split(r"\s*-\s*", text)} - CLOSED:
        return "closed"
    spans: list[tuple[int, int]] = []
    for span in BETWEEN.split(text):
        match [*map(_minutes, TILL.split(span))]:
            case [int(begins), int(ends)] if begins != ends:
                spans.append((begins, ends if ends > begins else ends + DAY))
            case _:
                return None
    if any(ends > begins for (_, ends), (begins, _) in pairwise(spans)):
        return None
    return ", ".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in spans)


def _minutes(text: str) -> int | None:
    """Return the minutes after midnight of a time of day, as 9, 9.30 or 7 pm; None for none."""
    seconds = int(text) * 3600 if re.fullmatch(r"\d{1,2}", text) else clock_of(text)
    return None if seconds is None or seconds > DAY * 60 else seconds // 60


def hours_by_day(parts: "Iterable[tuple[pd.DataFrame, pd.Series[str] | None]]") -> dict[date, str]:
    """Return the opening hours by day, from pairs of records and hours by row. Raises CountFileError."""
    by_day: dict[date, str] = {}
    for frame, hours in parts:
        if hours is None:
            continue
        stated = frame[["row", "first", "last"]].drop_duplicates().assign(text=frame["row"].map(hours))
        stated = stated[~stated["text"].map(labels.is_blank).astype(bool)].drop_duplicates(
            ["first", "last", "text"]
        )
        if (stated["last"] > stated["first"]).any():
            raise refusal(
                "opening hours are read for days only; these rows have longer periods: leave the column out"
            )
        for row, first, text in zip(stated["row"], stated["first"].dt.date, stated["text"], strict=True):
            opening = hours_of(text)
            if opening is None:
                raise refusal(
                    "row {row}: “{text}” are not opening hours; write 10-19, 10:00-19:00 or closed, or leave it empty",
                    row=row,
                    text=text[:40],
                )
            if by_day.setdefault(first, opening) != opening:
                raise refusal(
                    "row {row}: {day} has other opening hours in a row above", row=row, day=str(first)
                )
    return by_day
