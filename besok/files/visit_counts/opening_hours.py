"""Opening hours in a column beside the counts: offered where its head names them, read where a person says so."""

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
from besok.files.visit_counts.wording import Talk, option, refusal

HEADS: Final = frozenset(
    {"öppet", "öppettid", "öppettider", "öppnar", "stänger", "open", "opens", "opening", "closes", "closing",
     "öffnungszeit", "öffnungszeiten", "geöffnet"}
)  # fmt: skip
_CLOCK = r"(?:kl\.?\s*)?(\d{1,2})(?:[:.](\d\d))?(?::00)?\s*(?:([ap])\.?m\.?)?"
CLOCK: Final = re.compile(_CLOCK)
SPAN: Final = re.compile(rf"{_CLOCK}\s*(?:[-–—]|to|till|bis)\s*{_CLOCK}")
BETWEEN: Final = re.compile(r"\s*(?:[,;&+/]|\boch\b|\band\b|\bund\b)\s*")
DAY: Final = 24 * 60  # minutes


def apart(table: Table, talk: Talk) -> tuple[Table, "pd.Series[str] | None"]:
    """Return a table without its opening hours, and what these say in each row, None where nobody asked for them."""
    named = {table.name(c): c for c, head in enumerate(table.heads) if head}
    offered = [c for name, c in named.items() if words_of(name) & HEADS and _are_hours(table.body[c])]
    hours = None
    if talk.answered("hours"):
        columns = [option(name, "the column “{name}”", name=name[:60]) for name in named]
        chosen = talk.ask_several("hours", "In which column, or two, are the opening hours?", columns)
        if len(chosen) > 2:
            raise refusal("opening hours stand in one column, or in two: when it opens, and when it closes")
        taken = [named[name] for name in chosen]
        hours = table.body[taken].agg(" - ".join, axis=1).str.strip(" -")
        offered = [*offered, *taken]
    elif offered:
        names = "|".join(table.name(c) for c in offered[:2])
        talk.offer(
            "hours",
            "The file has opening hours. Are they those of the whole site on these days?",
            [
                option("", "leave the hours of then as they are"),
                option(names, "take them from “{names}”", names=names[:60]),
            ],
        )
    if not offered:
        return table, hours
    heads = [() if c in offered else head for c, head in enumerate(table.heads)]
    body = table.body.copy()
    body[offered] = ""
    return replace(table, heads=heads, body=body), hours


def _are_hours(column: "pd.Series[str]") -> bool:
    texts = [text.lower() for text in sample(column)]
    return bool(texts) and all(hours_of(text) or CLOCK.fullmatch(text) for text in texts)


def hours_of(text: str) -> str | None:
    """Return hours as a site file has them: of 10-19, 9.30 till 17, 8-12 och 13-17, closed; None for others."""
    text = text.lower().strip()
    if not {*re.split(r"\s*-\s*", text)} - CLOSED:
        return "closed"
    spans = [SPAN.fullmatch(part) for part in BETWEEN.split(text)]
    said = []
    for span in spans:
        if span is None:
            return None
        begins, ends = _minutes(*span.groups()[:3]), _minutes(*span.groups()[3:])
        if begins == ends or max(begins, ends) > DAY:
            return None
        said.append((begins, ends if ends > begins else ends + DAY))
    if any(ends > begins for (_, ends), (begins, _) in pairwise(said)):
        return None
    return ", ".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in said)


def _minutes(hour: str, minute: str | None, half: str | None) -> int:
    """Return the minutes after midnight of a time of day, as 9, 9.30 or 7 pm; more than a day for none."""
    if int(minute or 0) > 59:
        return DAY + 1
    return (int(hour) % 12 + 12 * (half == "p") if half else int(hour)) * 60 + int(minute or 0)


def of_days(parts: "Iterable[tuple[pd.DataFrame, pd.Series[str] | None]]") -> dict[date, str]:
    """Return the opening hours of days, of records and what stands in their rows. Raises CountFileError."""
    found: dict[date, str] = {}
    for frame, hours in parts:
        if hours is None:
            continue
        said = frame[["row", "first", "last"]].drop_duplicates().assign(text=frame["row"].map(hours))
        said = said[~said["text"].map(labels.is_blank).astype(bool)].drop_duplicates(
            ["first", "last", "text"]
        )
        if (said["last"] > said["first"]).any():
            raise refusal(
                "opening hours are read of days; these rows have longer periods: leave the column out"
            )
        for row, first, text in zip(said["row"], said["first"].dt.date, said["text"], strict=True):
            meant = hours_of(text)
            if meant is None:
                raise refusal(
                    "row {row}: “{text}” is no opening hours; write 10-19, 10:00-19:00 or closed, or leave it empty",
                    row=row,
                    text=text[:40],
                )
            if found.setdefault(first, meant) != meant:
                raise refusal(
                    "row {row}: {day} has other opening hours in a row above", row=row, day=str(first)
                )
    return found
