"""Running totals: readings of a counter that only grows, as counts between consecutive readings.

A gate that counts people in both directions gives passages; the caller states that when storing the counts.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import pandas as pd

from besok.files.visit_counts.columns import words_of
from besok.files.visit_counts.wording import Dialog, grouped, option, refusal

DAY: Final = timedelta(days=1)
LEAST: Final = 8  # values in a row that do not fall: of 8 in any order 1 in 40,320 does
JUMP: Final = 30  # times the third quartile of daily counts, above which a difference is not a count
RUNNING: Final = frozenset(
    {"cumulative", "reading", "readings", "odometer", "dial", "ackumulerad", "ackumulerat", "kumulativ", "kumulativt",
     "mätarställning", "räknarställning", "räkneverk", "avläsning", "ställning"}
)  # fmt: skip


def counts_of(frame: pd.DataFrame, headers: Sequence[str], dialog: Dialog) -> pd.DataFrame:
    """Return counts where a header or an answer says that the file has running totals; else the same frame."""
    named = any(words_of(header) & RUNNING for header in headers)
    if not named and not _grows(frame):
        return frame
    if not named or dialog.answered("running-total"):
        answer = dialog.ask(
            "running-total",
            "The numbers only grow, from {first} to {last}. Are they readings of a running counter?",
            [
                option("yes", "readings: the visits are the differences"),
                option("no", "visits of their own days, as they stand"),
            ],
            first=grouped(frame["visits"].min()),
            last=grouped(frame["visits"].max()),
        )
        if answer == "no":
            return frame
    readings = frame[frame["visits"].notna()]
    if readings.duplicated(["series", "wall"]).any() or readings["unit"].nunique() > 1:
        raise refusal("two readings of a running total have the same time; remove one of them")
    read_at = ""
    if not readings.duplicated(["series", "first"]).any():
        read_at = dialog.ask(
            "read-at",
            "When is the counter read: before the library opens, or after it closes?",
            [
                option("closing", "at closing: a reading holds the visits of its own day"),
                option("opening", "at opening: a reading holds the visits up to the day before"),
            ],
        )
    groups = readings.sort_values("wall").groupby("series", sort=False)
    differences = pd.concat([_differences(group, read_at) for _, group in groups])
    valid = _over_breaks(differences, dialog)
    dialog.remark(
        "running",
        None,
        "The counts are the differences of {n} readings of a running total.",
        n=len(readings),
    )
    return valid.drop(columns=["rate", "read"])


def _grows(frame: pd.DataFrame) -> bool:
    """Tell whether the counts of each series (almost) never fall, in steps that are small relative to them."""
    if frame["unit"].isin(["quarter", "year"]).all():
        return False  # which grow by themselves
    for _, group in frame[frame["visits"].notna()].groupby("series", sort=False):
        visits = group.sort_values("wall")["visits"]
        steps = visits.diff().dropna()
        falls = (steps < 0).sum()
        if len(visits) < LEAST or falls > len(steps) // 25 or steps.abs().median() > visits.median() / 3:
            return False
        if (steps > 0).mean() < 0.3:
            return False
    return len(frame) >= LEAST


def _differences(readings: pd.DataFrame, read_at: str) -> pd.DataFrame:
    """Return the counts between readings, over the days from one to the next.

    With several readings a day (`read_at` is ""), a count is dated at the first of its two, and unknown beyond a day.
    """
    before = readings.shift(1)
    hours = (readings["wall"] - before["wall"]).dt.total_seconds() / 3600
    visits = readings["visits"].diff()
    first, last = before["first"], before["first"]
    if read_at == "closing":
        first, last = before["last"] + DAY, readings["last"]
    elif read_at == "opening":
        last = readings["first"] - DAY
    else:
        visits = visits.mask(hours > 24)
    wall = first if read_at else before["wall"]
    counts = readings.assign(
        first=first, last=last, wall=wall, visits=visits, rate=visits / hours, read=readings["visits"]
    )
    return counts.iloc[1:]


def _over_breaks(differences: pd.DataFrame, dialog: Dialog) -> pd.DataFrame:
    """Return the differences without those in which the counter was exchanged or set back, as answered."""
    usual = differences["rate"][differences["rate"] > 0].quantile(0.75)
    broken = (differences["rate"] < 0) | (differences["rate"] > JUMP * usual)
    if not broken.any():
        return differences
    at = differences[broken]
    answer = dialog.ask(
        "breaks",
        "The counter falls or leaps {n} times, first in row {row} (to {read}). What happened there?",
        [
            option("exchanged", "it was replaced or reset: what was counted in between is not known"),
            option("zero", "it began again at zero where it falls; leaps are not known"),
        ],
        n=len(at),
        row=int(at["row"].iloc[0]),
        read=grouped(at["read"].iloc[0]),
    )
    rows = ", ".join(str(int(row)) for row in at["row"][:10])
    dialog.remark("break", int(at["row"].iloc[0]), "The counter falls or leaps in rows {rows}.", rows=rows)
    visits = differences["visits"].mask(broken)
    if answer == "zero":
        visits = visits.mask(differences["rate"] < 0, differences["read"])
    return differences.assign(visits=visits)
