"""Sums in a file besides its counts: rows, columns, series and longer periods; checked, remarked on, and left out."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from besok.files.visit_counts import labels
from besok.files.visit_counts.columns import Columns
from besok.files.visit_counts.labels import each
from besok.files.visit_counts.wording import Dialog, grouped, option, refusal
from besok.files.written_times import fields_in
from besok.model.period_counts import FileChoice

ROUNDED: Final = 0.5  # people by which a sum may differ, a count: halves are rounded
LONGER: Final[Mapping[str, Sequence[str]]] = {
    "m": ("q", "s"),
    "q": ("s",),
}  # sums of months, of quarters
LEAST: Final = 3  # sums that prove a series without such a name to be one


def split_sums(
    body: pd.DataFrame, columns: Columns, used: Sequence[int], dialog: Dialog
) -> tuple[pd.DataFrame, "pd.Series[bool]"]:
    """Return the rows of counts, and for each row of sums whether it is named so; rows of means are left out."""
    times = columns.times
    total, average = pd.Series(False, body.index), pd.Series(False, body.index)
    dated, in_time = pd.Series(not times, body.index), pd.Series(False, body.index)
    for c in [*times, *columns.names]:
        is_sum = each(body[c], labels.is_total)
        total |= is_sum
        average |= each(body[c], lambda text: labels.is_average(text) and not fields_in(text))
        if c in times:
            dated |= (body[c] != "") & ~is_sum
        if c in times or not times:
            in_time |= is_sum
    for p, c in columns.parts.items():
        in_time |= each(body[c], fields_in).isin(LONGER.get(p, ()))
    sums = in_time | (total & ~dated)
    counted = (body[[*used]] != "").any(axis=1)
    unnamed = (
        (body[columns.keys] == "").all(axis=1) & counted if columns.keys else pd.Series(False, body.index)
    )
    if unnamed.iloc[:-1].any() and float((body[columns.keys] == "").to_numpy().mean()) > 0.4:
        unnamed[:] = False  # merged cells
    if average.any():
        dialog.remark(
            "average",
            int(body.index[average][0]),
            "Rows of means and shares are left out: {n}.",
            n=int(average.sum()),
        )
    aside = (sums | unnamed) & ~average
    return body[~average & ~aside], sums[aside]


def check_rows(sums: "pd.Series[bool]", numbers: pd.DataFrame, used: Sequence[int], dialog: Dialog) -> None:
    """Compare each row of sums with any number of rows right above or below it. Raises CountFileError."""
    aside = numbers.loc[sums.index]
    counts = numbers.drop(index=sums.index)
    positions = counts.index.searchsorted(aside.index)
    for c in used:
        added = np.concatenate([[0.0], counts[c].fillna(0).cumsum()])  # before each row, and after the last
        parted = np.concatenate([[0], (counts[c] % 1 > 0).cumsum()])  # how many of them were rounded
        since = 0
        for row, position, stated in zip(aside.index, positions, aside[c], strict=True):
            begins = np.searchsorted(added, [added[position] - stated, added[position] + stated])
            last, since = since, int(position)
            if pd.isna(stated) or any(
                abs(abs(added[position] - added[at]) - stated)
                <= ROUNDED * max(abs(parted[position] - parted[at]), 1)
                for begin in begins
                for at in range(max(begin - 1, 0), min(begin + 2, len(added)))
            ):
                continue
            if position == last:
                raise refusal(
                    "row {row} gives {told} as a sum, and no rows right above or below it add up to that; correct "
                    "it, remove it, or import months and longer periods in files of their own",
                    row=row,
                    told=_number_text(stated),
                )
            if not sums[row]:
                raise refusal(
                    "row {row} has counts and no date, and is not the sum of the rows above; write its date, or "
                    "remove it",
                    row=row,
                )
            _ask_of_sum(row, stated, added[position] - added[last], dialog)
    dialog.remark("sum", int(sums.index[0]), "Rows of sums are left out: {n}.", n=len(sums))


def _ask_of_sum(row: int, stated: float, added: float, dialog: Dialog) -> None:
    dialog.ask(
        "sums",
        "Row {row} gives {told} as a sum, but the rows above it add up to {added}. Which is right?",
        [option("rows", "the rows; leave the sum out")],
        row=row,
        told=_number_text(stated),
        added=_number_text(added),
    )


def check_column(stated: "pd.Series[float]", counts: pd.DataFrame, name: str, dialog: Dialog) -> None:
    """Compare a column of sums with the columns it adds up, in rows where both are known."""
    complete = stated.notna() & counts.notna().any(axis=1)
    different = complete & ((stated - counts.sum(axis=1)).abs() > _slack(counts))
    if different.any():
        at = int(different.to_numpy().argmax())
        _ask_of_total(
            name, int(stated.index[at]), float(stated.iloc[at]), float(counts.iloc[at].sum()), dialog
        )
    _remark_left_out(name, dialog)


def _ask_of_total(name: str, row: int, stated: float, added: float, dialog: Dialog, *more: FileChoice) -> str:
    return dialog.ask(
        "total",
        "“{name}” gives {told} in row {row}, but the others add up to {added}. Which are the visits?",
        [option("parts", "the others, added up"), *more],
        name=name,
        row=row,
        told=_number_text(stated),
        added=_number_text(added),
    )


def _remark_left_out(name: str, dialog: Dialog) -> None:
    dialog.remark("sum", None, "“{name}” is the sum of the others and is left out.", name=name)


def _same(stated: float, parts: "pd.Series[float]") -> bool:
    return abs(stated - float(parts.sum())) <= ROUNDED * max(int((parts % 1 != 0).sum()), 1)


def _slack(counts: pd.DataFrame) -> "pd.Series[float]":
    """Return by how much the sum of each row may differ."""
    return ROUNDED * (counts % 1 > 0).sum(axis=1).clip(lower=1)


def _number_text(number: float) -> str:
    return grouped(number) if number == int(number) else f"{number:.1f}"


def without_sums(frame: pd.DataFrame, dialog: Dialog) -> pd.DataFrame:
    """Leave out series that are the sum of the others, and periods that are the sum of shorter ones in a series."""
    frame = _without_sum_series(frame, dialog)
    return _without_sum_periods(frame, dialog)


def _without_sum_series(frame: pd.DataFrame, dialog: Dialog) -> pd.DataFrame:
    names = frame["series"].unique()
    if len(names) < 3 or len(names) > 2_000:
        total_names = [name for name in names if _named_total(name)]
        if not (total_names and len(names) > 1):
            return frame
    keys = frame.groupby(["first", "last", "wall"], sort=False).ngroup()
    wide = frame.groupby([keys, frame["series"]])["visits"].sum(min_count=1).unstack()
    for name in names:
        others = [other for other in wide.columns if other != name]
        if name not in wide or not others:
            continue
        both = wide[wide[name].notna() & wide[others].notna().all(axis=1)]
        added = both[others].sum(axis=1)
        same = (both[name] - added).abs() <= _slack(both[others])
        total = _named_total(name)
        if total and len(both) and not same.all():
            row = int(frame.loc[(keys == same.index[~same][0]) & (frame["series"] == name), "row"].iloc[0])
            alone = option("total", "“{name}” alone", name=name)
            answer = _ask_of_total(name, row, both[name][~same].iloc[0], added[~same].iloc[0], dialog, alone)
            if answer == "total":
                return pd.DataFrame(frame[frame["series"] == name].assign(series=""))
        proven = (
            len(names) > 2
            and len(both) >= LEAST
            and same.all()
            and (both[others] > 0).sum(axis=1).ge(2).any()
        )
        if (total and len(both)) or proven:
            _remark_left_out(name, dialog)
            return pd.DataFrame(frame[frame["series"] != name])
    return frame


def _named_total(name: str) -> bool:
    return labels.is_total(name) or any(labels.is_total(part) for part in name.split(" / "))


def _without_sum_periods(frame: pd.DataFrame, dialog: Dialog) -> pd.DataFrame:
    """Leave out months or years listed among the days or months they are the sum of. Raises CountFileError."""
    if frame["unit"].nunique() < 2:
        return frame
    dropped: list[Any] = []
    for _, group in frame.groupby("series", sort=False):
        order = group.assign(days=(group["last"] - group["first"]).dt.days).sort_values("days")
        longer = order[order["days"] > order["days"].iloc[0]]
        for at, one in longer.iterrows():
            inside = order[
                (order["first"] >= one["first"])
                & (order["last"] <= one["last"])
                & (order["days"] < one["days"])
            ]
            inside = inside[~inside.index.isin(dropped)]
            if inside.empty:
                continue
            if pd.notna(one["visits"]) and not _same(one["visits"], inside["visits"]):
                _ask_of_sum(int(one["row"]), one["visits"], inside["visits"].sum(), dialog)
            dropped.append(at)
    if dropped:
        dialog.remark(
            "sum", int(frame.loc[dropped[0], "row"]), "Rows of sums are left out: {n}.", n=len(dropped)
        )
    return frame.drop(index=dropped)
