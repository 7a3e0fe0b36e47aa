"""Years that run over a new year: months, quarters or weeks that go on after December below one year."""

import itertools
import re
from collections.abc import Mapping, Sequence

import pandas as pd

from besok.files.values import month_named
from besok.files.visit_counts import labels
from besok.files.visit_counts.columns import Columns
from besok.files.visit_counts.labels import FISCAL, HeadParts, Part, each
from besok.files.visit_counts.wording import Talk, fiscal_year, option


def part_texts(texts: "pd.Series[str]", part: Part) -> "pd.Series[str]":
    """Return parts of a period as figures of two digits; what is none stays as it is."""

    def figures(text: str) -> str:
        if part == "m" and (month := month_named(text)):
            return f"{month:02}"
        found = labels.part(text)
        if found:
            return f"{found[1]:02}"
        return f"{int(text):02}" if text.isdecimal() else text

    return each(texts, figures).astype(str)


def year_turns(
    body: pd.DataFrame, columns: Columns, heads: Mapping[int, HeadParts], talk: Talk
) -> dict[Part, int]:
    """Return with which month, quarter or week the years begin that run over a new year, where that is so.

    They run on from December to January, with one year for all.
    """
    if columns.whole is not None or (not columns.parts and any(head.whole for head in heads.values())):
        return {}
    keys = [c for p, c in columns.parts.items() if p == "y"] + columns.names
    for part in ("m", "q", "s", "w"):
        if part in columns.parts:
            numbers = pd.to_numeric(part_texts(body[columns.parts[part]], part), errors="coerce").dropna()
            groups = numbers.groupby([body.loc[numbers.index, c] for c in keys]) if keys else [("", numbers)]
            runs = [[*own.astype(int)] for _, own in groups]
        else:
            across: dict[tuple[str, int], list[int]] = {}
            for head in heads.values():
                if part in head.parts:
                    across.setdefault((head.rest, head.parts.get("y", 0)), []).append(head.parts[part])
            runs = [*across.values()]
        if begins := [begin for run in runs if (begin := _begin_over_new_year(run))]:
            answer = talk.ask(
                "new-year",
                "In one year the numbers of months, quarters or weeks run up to {last} and go on with {first}. Of "
                "which year are those after the turn?",
                [option("next", "of the next year"), option("same", "of the same year")],
                last=max(max(run) for run in runs),
                first=min(min(run) for run in runs),
            )
            return {part: min(begins)} if answer == "next" else {}
    return {}


def _begin_over_new_year(run: Sequence[int]) -> int:
    """Return with what a run begins that goes up, over a new year, and up again; 0 for any other."""
    steps = [*dict.fromkeys(run)]
    for order in (steps, steps[::-1]):  # the newest may stand first
        falls = sum(b < a for a, b in itertools.pairwise(order))
        if falls == 1 and order[0] > order[-1] and (len(order) > 2 or order[0] - order[-1] > 1):
            return order[0]
    return 0


def turned(years: "pd.Series[str]", after: "pd.Series[bool]") -> "pd.Series[str]":
    """Return the years, the next one after the turn; 2018/19 is told by its first."""
    first = years.str.extract(
        rf"^(?:{FISCAL}\s*)?((?:19|20|21)\d\d)(?:\s*[-/–]\s*(?:\d\d){{1,2}})?$", re.IGNORECASE
    )[0]
    if first.isna().any():
        row = first.index[first.isna()][0]
        raise fiscal_year(row, years[row])
    return (first.astype(int) + after).astype(str)
