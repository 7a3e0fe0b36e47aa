"""Running totals: readings of a dial that only grows, as counts between one reading and the next.

A gate that counts people on the way in and on the way out gives passages; whoever stores the counts says so.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import pandas as pd

from besok.files.visit_counts.columns import words_of
from besok.files.visit_counts.wording import Talk, option, refusal, whole

DAY: Final = timedelta(days=1)
LEAST: Final = 8  # values in a row that do not fall: of 8 in any order 1 in 40,320 does
JUMP: Final = 30  # times the third quartile of counts a day, over which a difference is no count
RUNNING: Final = frozenset(
    {"cumulative", "reading", "readings", "odometer", "dial", "ackumulerad", "ackumulerat", "kumulativ", "kumulativt",
     "mätarställning", "räknarställning", "räkneverk", "avläsning", "ställning"}
)  # fmt: skip


def counts_of(frame: pd.DataFrame, heads: Sequence[str], talk: Talk) -> pd.DataFrame:
    """Return counts where the file has running totals, which its head says or its reader; the same frame otherwise."""
    said = any(words_of(head) & RUNNING for head in heads)
    if not said and not _grows(frame):
        return frame
    if not said or talk.answered("running-total"):
        answer = talk.ask(
            "running-total",
            "The numbers only grow, from {first} to {last}. Are they readings of a counter that runs on?",
            [
                option("yes", "readings: the visits are the differences"),
                option("no", "visits of their own days, as they stand"),
            ],
            first=whole(frame["visits"].min()),
            last=whole(frame["visits"].max()),
        )
        if answer == "no":
            return frame
    known = frame[frame["visits"].notna()]
    if known.duplicated(["series", "wall"]).any() or known["unit"].nunique() > 1:
        raise refusal("two readings of a running total stand at the same time; take one of them out")
    read_at = ""
    if not known.duplicated(["series", "first"]).any():
        read_at = talk.ask(
            "read-at",
            "When is the counter read: before the library opens, or after it closes?",
            [
                option("closing", "at closing: a reading holds the visits of its own day"),
                option("opening", "at opening: a reading holds the visits up to the day before"),
            ],
        )
    groups = known.sort_values("wall").groupby("series", sort=False)
    differences = pd.concat([_differences(own, read_at) for _, own in groups])
    kept = _over_breaks(differences, talk)
    talk.tell(
        "running",
        None,
        "The counts are the differences of {n} readings of a running total.",
        n=len(known),
    )
    return kept.drop(columns=["rate", "read"])


def _grows(frame: pd.DataFrame) -> bool:
    """Tell whether the counts of a series never fall, while each step is small compared with what they are."""
    if frame["unit"].isin(["quarter", "year"]).all():
        return False  # which grow by themselves
    for _, own in frame[frame["visits"].notna()].groupby("series", sort=False):
        visits = own.sort_values("wall")["visits"]
        steps = visits.diff().dropna()
        falls = (steps < 0).sum()
        if len(visits) < LEAST or falls > len(steps) // 25 or steps.abs().median() > visits.median() / 3:
            return False
        if (steps > 0).mean() < 0.3:
            return False
    return len(frame) >= LEAST


def _differences(own: pd.DataFrame, read_at: str) -> pd.DataFrame:
    """Return what was counted between readings, over the days from one to the next.

    Where several a day are read (`read_at` is ""), it is counted when the first was read, and not known over a day.
    """
    before = own.shift(1)
    hours = (own["wall"] - before["wall"]).dt.total_seconds() / 3600
    visits = own["visits"].diff()
    first, last = before["first"], before["first"]
    if read_at == "closing":
        first, last = before["last"] + DAY, own["last"]
    elif read_at == "opening":
        last = own["first"] - DAY
    else:
        visits = visits.mask(hours > 24)
    wall = first if read_at else before["wall"]
    found = own.assign(
        first=first, last=last, wall=wall, visits=visits, rate=visits / hours, read=own["visits"]
    )
    return found.iloc[1:]


def _over_breaks(differences: pd.DataFrame, talk: Talk) -> pd.DataFrame:
    """Return the differences without those across which the counter was exchanged or set back, as answered."""
    usual = differences["rate"][differences["rate"] > 0].quantile(0.75)
    broken = (differences["rate"] < 0) | (differences["rate"] > JUMP * usual)
    if not broken.any():
        return differences
    at = differences[broken]
    answer = talk.ask(
        "breaks",
        "The counter falls or leaps {n} times, first in row {row} (to {read}). What happened there?",
        [
            option("exchanged", "it was exchanged or set back: what was counted in between is not known"),
            option("zero", "it began again at zero where it falls; leaps are not known"),
        ],
        n=len(at),
        row=int(at["row"].iloc[0]),
        read=whole(at["read"].iloc[0]),
    )
    rows = ", ".join(str(int(row)) for row in at["row"][:10])
    talk.tell("break", int(at["row"].iloc[0]), "The counter falls or leaps in rows {rows}.", rows=rows)
    visits = differences["visits"].mask(broken)
    if answer == "zero":
        visits = visits.mask(differences["rate"] < 0, differences["read"])
    return differences.assign(visits=visits)
