"""Readings as rows of their table: inserted, and noted with their channels."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from besok.store import rollup
from besok.store.database import Connection, array, sql


class Row(NamedTuple):
    """A reading as stored: the columns of its table, then the device and the range of its totals (`wraps`)."""

    channel: int
    metric: int
    time: datetime
    value: float
    period_s: float
    flags: int
    received: datetime
    device: int
    wraps: int


COLUMNS = Row._fields[:7]
_channel, _metric, _time, _received, _wraps = map(
    attrgetter, ("channel", "metric", "time", "received", "wraps")
)


def insert(conn: Connection, rows: Iterable[Row]) -> list[rollup.Change]:
    """Insert readings and return the changes: new and corrected ones."""
    columns = dict(zip(COLUMNS, map(array, zip(*rows, strict=True)), strict=False))
    with conn.cursor(binary=True) as cur:
        return list(map(rollup.Change._make, cur.execute(sql("insert_readings"), columns)))


def note_channels(conn: Connection, rows: Iterable[Row]) -> None:
    """Record when channels last sent, which of them send totals, and at which value those wrap."""
    seen = {
        channel: (
            max(map(_time, group)),
            max(map(_received, group)),
            not rollup.TOTALS.isdisjoint(map(_metric, group)),
            max(map(_wraps, group)),
        )
        for channel, group in grouped(rows, _channel)
    }
    update(conn, "channel_heard", ("channel", "time", "received", "totals", "wraps"), seen)


def grouped(rows: Iterable[Row], key: Callable[[Row], int]) -> Iterable[tuple[int, list[Row]]]:
    """Return rows by a key."""
    groups: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups.items()


def update(
    conn: Connection, statement: str, names: tuple[str, ...], rows: Mapping[int, tuple[Any, ...]]
) -> None:
    """Run a statement with arrays as parameters, one for each column of the rows; their keys are the first."""
    columns = zip(*((key, *row) for key, row in rows.items()), strict=True)
    conn.execute(sql(statement), dict(zip(names, map(list, columns), strict=True)))
