"""Counting systems whose tables are known by their heads, from what their makers or users have published.

Vea (SenSource): the fields of its API. LibInsight (Springshare): the columns of its gate counts, in which a gate is
read at the beginning and at the end of each period. Axis: the columns of exports, as its VAPIX pages show them. The
tables of others are read by what their heads and cells say.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pandas as pd

from besok.files.tables import plain
from besok.files.visit_counts.table import Table
from besok.files.visit_counts.wording import Talk, option, refusal

GATE: Final = ("gate_start", "gate_end")


LAYOUTS: Final[Mapping[str, frozenset[str]]] = {
    "Vea": frozenset({"sumins", "sumouts"}),
    "LibInsight": frozenset(GATE),
    "Axis": frozenset({"interval_start", "interval_stop", "camera_serial_number"}),
}


def layout_of(table: Table) -> str:
    """Return the counting system that wrote a table, "" where its heads do not tell."""
    heads = {plain(" ".join(levels)) for levels in table.heads}
    return next((name for name, known in LAYOUTS.items() if known <= heads), "")


def counted(table: Table, talk: Talk) -> Table:
    """Return a table of gate readings as one of visits; any other as it is. Raises Unclear, CountFileError."""
    if layout_of(table) != "LibInsight":
        return table
    heads = [plain(" ".join(levels)) for levels in table.heads]
    start, end = (heads.index(head) for head in GATE)
    answer = talk.ask(
        "gate",
        "What do gate_start and gate_end hold?",
        [
            option("readings", "the counter's readings: the visits are the difference"),
            option("counts", "people in and people out"),
        ],
    )
    named = [*table.heads]
    if answer == "counts":
        named[start], named[end] = ("in",), ("out",)
        return replace(table, heads=named)
    named[start], named[end] = ("visits",), ()
    body = table.body.copy()
    known = body[start].str.fullmatch(r"\d+") & body[end].str.fullmatch(r"\d+")
    differences = pd.to_numeric(body[end].where(known, "0")) - pd.to_numeric(body[start].where(known, "0"))
    if (wrong := differences < 0).any():
        raise refusal(
            "row {row}: the reading at the end is lower than that at the beginning; leave both empty where the "
            "counter was set back",
            row=int(body.index[wrong][0]),
        )
    body[start], body[end] = differences.astype(str).where(known, ""), ""
    return replace(table, heads=named, body=body)
