"""Counting systems whose tables are recognised by their headers, as published by their makers or users.

Vea (SenSource): the fields of its API. LibInsight (Springshare): the columns of its gate counts, in which a gate is
read at the beginning and at the end of each period. Axis: the columns of exports, as its VAPIX pages show them. Other
tables are read by their headers and cells alone.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pandas as pd

from besok.files.tables import plain
from besok.files.visit_counts.table import Table
from besok.files.visit_counts.wording import Dialog, option, refusal

GATE: Final = ("gate_start", "gate_end")


LAYOUTS: Final[Mapping[str, frozenset[str]]] = {
    "Vea": frozenset({"sumins", "sumouts"}),
    "LibInsight": frozenset(GATE),
    "Axis": frozenset({"interval_start", "interval_stop", "camera_serial_number"}),
}


def layout_of(table: Table) -> str:
    """Return the counting system that wrote a table, "" if its headers match none."""
    headers = {plain(" ".join(levels)) for levels in table.headers}
    return next((name for name, known in LAYOUTS.items() if known <= headers), "")


def counted(table: Table, dialog: Dialog) -> Table:
    """Turn a table of gate readings into one of visits; return others unchanged. Raises Unclear, CountFileError."""
    if layout_of(table) != "LibInsight":
        return table
    headers = [plain(" ".join(levels)) for levels in table.headers]
    start, end = (headers.index(header) for header in GATE)
    answer = dialog.ask(
        "gate",
        "What do gate_start and gate_end hold?",
        [
            option("readings", "the counter's readings: the visits are the difference"),
            option("counts", "people in and people out"),
        ],
    )
    named = [*table.headers]
    if answer == "counts":
        named[start], named[end] = ("in",), ("out",)
        return replace(table, headers=named)
    named[start], named[end] = ("visits",), ()
    body = table.body.copy()
    known = body[start].str.fullmatch(r"\d+") & body[end].str.fullmatch(r"\d+")
    differences = pd.to_numeric(body[end].where(known, "0")) - pd.to_numeric(body[start].where(known, "0"))
    if (wrong := differences < 0).any():
        raise refusal(
            "row {row}: the reading at the end is lower than that at the beginning; leave both empty where the "
            "counter was reset",
            row=int(body.index[wrong][0]),
        )
    body[start], body[end] = differences.astype(str).where(known, ""), ""
    return replace(table, headers=named, body=body)
