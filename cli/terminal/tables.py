"""Tables and figures on a terminal."""

from collections.abc import Iterable, Iterator, Sequence

from sensors_sim.whatif import Range


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], left: int = 0) -> Iterator[str]:
    """Columns as wide as they need; the first and column `left` begin at the left."""
    every = [heads, *rows]
    widths = [max(len(row[n]) for row in every) for n in range(len(heads))]
    for row in every:
        pairs = enumerate(zip(row, widths, strict=True))
        yield "  ".join(t.ljust(w) if n in (0, left) else t.rjust(w) for n, (t, w) in pairs).rstrip()


def between(found: Range, digits: int = 0) -> str:
    """Return the middle, with the interval in brackets if it is one."""
    mid, low, high = (f"{f:.{digits}f}" for f in (found.mid, found.low, found.high))
    return mid if low == high else f"{mid} ({low}-{high})"
