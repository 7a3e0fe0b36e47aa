"""Tables and figures on a terminal, and as CSV."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sensors_sim.whatif import Range

WIDEST = 1000  # characters: a terminal breaks lines as it likes, a file keeps them


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], left: int = 0) -> Iterator[str]:
    """Yield the lines of a table; the first column and column `left` begin at the left."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    for n, head in enumerate(heads):
        made.add_column(Text(head), justify="left" if n in (0, left) else "right", no_wrap=True)
    for row in rows:
        made.add_row(*map(Text, row))
    console = Console(width=WIDEST, color_system=None, file=io.StringIO())
    console.print(made, soft_wrap=True)
    assert isinstance(console.file, io.StringIO)
    yield from map(str.rstrip, console.file.getvalue().splitlines())


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as CSV, the heads among them; what is None is empty."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().rstrip("\n")


def between(found: Range, digits: int = 0) -> str:
    """Return the middle, with the interval in brackets if it is one."""
    mid, low, high = (f"{f:.{digits}f}" for f in (found.mid, found.low, found.high))
    return mid if low == high else f"{mid} ({low}-{high})"
