"""Files with a column of counts for each camera, door or branch: which of the columns are the counts."""

from collections import Counter
from collections.abc import Mapping, Sequence

from besok.files import columns
from besok.files.notation import NOTHING, Manner, number
from besok.model.errors import CountFileError
from besok.model.plurals import many

ALL = "all"
TOTALS = frozenset(  # they hold the others already
    {"total", "totalt", "totals", "grand total", "totalsumma", "sum", "summa", "all", "alla"}
)
SAMPLE = 1000  # lines that show what a column holds,
CELLS = 500_000  # but of all columns together not many more: some seconds
LEAST = 10  # and so many lines at least
OFFERED = 20  # columns that are named to who has to choose
LONGEST_NAME = 60  # characters of a column's name that are told


def candidates(heads: Sequence[str], lines: Sequence[Sequence[str]], taken: Sequence[int]) -> dict[str, int]:
    """The columns that hold numbers in all of these lines, and are no times: their names and places."""
    sample = lines[: max(min(SAMPLE, CELLS // max(len(heads), 1)), LEAST)]
    called = _names(heads)
    found = {
        called[n]: n
        for n in range(len(heads))
        if n not in taken
        and heads[n].strip()
        and not columns.tells_time(heads[n])
        and _numbers([line[n] for line in sample if n < len(line)])
    }
    parts = {name: n for name, n in found.items() if heads[n].strip().lower() not in TOTALS}
    return parts or found


def _names(heads: Sequence[str]) -> list[str]:
    """The names of columns, as a terminal can show them; with its number where another has the same."""
    known = Counter(map(columns.plain, heads))

    def called(n: int, head: str) -> str:
        same = known[columns.plain(head)] > 1
        return f"{shown(head)} (column {n + 1})" if same or shown(head) != head or not head else head

    return [called(n, head.strip().strip("\ufeff")) for n, head in enumerate(heads)]


def shown(name: str) -> str:
    """A name as a terminal can show it."""
    return "".join(c if c.isprintable() else " " for c in name)[:LONGEST_NAME].strip()


def _numbers(texts: Sequence[str]) -> bool:
    try:
        told = [number(text, 0, how=Manner(commas_apart=True)) for text in texts]
    except CountFileError:
        return False
    return any(value is not None for value in told) and any(
        text.strip().lower() not in NOTHING for text in texts
    )


def chosen(
    asked: Sequence[str], heads: Sequence[str], free: Mapping[str, int], taken: Sequence[int], name: str
) -> dict[str, int]:
    """The columns that were asked for by name or number, or all. Raises CountFileError."""
    found: dict[str, int] = {}
    called, known = _names(heads), [columns.plain(head) for head in heads]
    for each in asked:
        if each.strip().lower() == ALL and columns.plain(each) not in known:
            found |= free
        else:
            place = _place(each, known, free, name)
            if place in taken:
                raise CountFileError(f"--column {each}: that column of {name} tells the time; {_offer(free)}")
            found[called[place]] = place
    return found


def _place(each: str, known: Sequence[str], free: Mapping[str, int], name: str) -> int:
    """Where a column stands that is told by its name, as offered or as it is in the file, or else by its number."""
    if each in free:
        return free[each]
    named = [n for n, head in enumerate(known) if head == columns.plain(each)]
    if len(named) > 1:
        numbers = ", ".join(str(n + 1) for n in named)
        raise CountFileError(f"{name} has several columns {each}; choose one by its number: {numbers}")
    if named:
        return named[0]
    if each.strip().isdecimal() and 1 <= int(each) <= len(known):
        return int(each) - 1
    raise CountFileError(f"{name} has no column {each}; {_offer(free)}")


def must_choose(free: Mapping[str, int], name: str) -> CountFileError:
    """What is said of a file with several columns of counts, of which none was asked for."""
    return CountFileError(f"{name} has {many(len(free), 'column')} of counts; {_offer(free)}")


def _offer(free: Mapping[str, int]) -> str:
    if not free:
        return "no column of it holds numbers"
    some, place = next(iter(free.items()))
    by_name = f"--column '{some}'" if " " in some else f"--column {some}"
    more = f" and {len(free) - OFFERED} more" if len(free) > OFFERED else ""
    return (
        f"choose among {', '.join(list(free)[:OFFERED])}{more}: {by_name} (or --column {place + 1}, its number); "
        "write --column several times to add some up, or --column all for all of them"
    )
