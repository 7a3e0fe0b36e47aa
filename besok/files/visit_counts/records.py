"""Cells as records: each count with the row it stands in, its series and its period."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from besok.files.values import bare_numbers, decimal_sign, parse_numbers
from besok.files.visit_counts import labels, totals
from besok.files.visit_counts.columns import ELSEWHERE, IN, OTHER, OUT, VISITS, Columns, words_of
from besok.files.visit_counts.labels import Head, each, head_of
from besok.files.visit_counts.periods import HOUR, resolved, with_periods
from besok.files.visit_counts.table import Table
from besok.files.visit_counts.wording import Talk, option, refusal
from besok.files.written_times import FIELDS, said

WORDS: Final = 5  # different words among the counts that can be asked about
THOUSANDS: Final = re.compile(r"tusental|1000-?tal|thousand|1,?000s|\b000s|'000", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Counts: columns row, series, first, last, wall, unit, visits (NaN where not known); `timed` if with hours.

    `ends` tells whether times are those at which what was counted ends, `heads` names the columns of counts. `hours`
    are the opening hours that stand in rows, None where none were asked for.
    """

    frame: pd.DataFrame
    timed: bool
    ends: bool
    heads: tuple[str, ...]
    hours: "pd.Series[str] | None" = None


def records(
    table: Table,
    columns: Columns,
    talk: Talk,
    *,
    zone: ZoneInfo | None,
    sheet: str,
) -> Records:
    """Return the records of a table. Raises Unclear, CountFileError."""
    table = entering(table, columns, talk)
    heads = head_times(table, columns, talk)
    used, added = _counting(table, columns, heads, talk)
    body, sums = totals.set_aside(table.body, columns, used, talk)
    body = _without_notes(body, columns, used, talk)
    if body.empty:
        raise refusal("no row has a date and a count; is the file the right one?")
    body = _filled_down(body, columns)
    every = pd.concat([body, table.body.loc[sums.index]])
    numbers = _numbers(every, table, [*used, *added], talk)
    if not sums.empty:
        totals.check_rows(sums, numbers, used, talk)
        numbers = numbers.loc[body.index]
    shortest = [c for c in used if heads[c].length == max(heads[u].length for u in used)]
    for c in added:
        totals.check_column(numbers[c], numbers[shortest], table.name(c), talk)
    if any(THOUSANDS.search(text) for text in (*table.title, *(table.name(c) for c in used))):
        numbers = numbers * _thousands(talk)
    titles = (*table.title, sheet, *(text for c in columns.keys for text in table.heads[c]))
    frame = by_period(
        replace(table, body=body), columns, heads, numbers[used], talk, titles=titles, zone=zone
    )
    return Records(
        frame=frame.rename(columns={"value": "visits"}),
        timed=bool((frame["wall"] != frame["wall"].dt.normalize()).any()),
        ends=columns.ends,
        heads=tuple(table.name(c) for c in used),
    )


def by_period(
    table: Table,
    columns: Columns,
    heads: Mapping[int, Head],
    values: pd.DataFrame,
    talk: Talk,
    *,
    titles: Sequence[str] = (),
    zone: ZoneInfo | None = None,
) -> pd.DataFrame:
    """Return a line for each of the values, which stand below some of the heads, in rows of the table.

    Its columns are first, last, wall, unit, row, series and value. Raises Unclear, CountFileError.
    """
    body, used = table.body, [int(c) for c in values.columns]
    names = _series_names(table, heads, used)
    rows = None
    if columns.names:
        first, *more = columns.names
        rows = body[first].str.cat(body[more], sep=" / ").str.strip(" /")
    found = []
    for c in used:
        series = names[c] if rows is None else rows + (f" / {names[c]}" if names[c] else "")
        own = pd.DataFrame({"row": body.index, "series": series, "value": values[c]}, body.index)
        if heads[c].said:
            own = own[body[c] != ""]  # 29 February of a table of days is empty
        if not own.empty:
            found.append((c, own))
    return with_periods(table, columns, heads, found, talk, titles=titles, zone=zone)


def entering(table: Table, columns: Columns, talk: Talk) -> Table:
    """Keep those who come in where a column tells the direction of each row."""
    if columns.direction is None:
        return table
    out = table.body[columns.direction].str.lower().isin(OUT)
    talk.tell("direction", None, "{n} rows of people going out are left out.", n=int(out.sum()))
    return replace(table, body=table.body[~out])


def head_times(table: Table, columns: Columns, talk: Talk) -> dict[int, Head]:
    """Return what the heads of counts say of time, as far as the rows do not say it."""
    heads = heads_of({c: table.heads[c] for c in columns.counts}, talk)
    bare = [c for c in columns.counts if table.heads[c] and labels.FIGURES.fullmatch(table.heads[c][-1])]
    part = labels.sequence([table.heads[c][-1] for c in bare])
    if part and part != "y":
        figures = {c: int(table.heads[c][-1]) for c in bare}
        ends = part == "t" and max(figures.values()) == 24  # hours numbered by their ends
        for c, upper in heads_of({c: table.heads[c][:-1] for c in bare}, talk).items():
            figure = HOUR * (figures[c] - ends) if part == "t" else figures[c]
            heads[c] = replace(upper, said={**upper.said, part: figure})
        _tell_numbered_heads(part, {"first": min(figures.values()), "last": max(figures.values())}, talk)
    rows = {*columns.parts, *("t" if columns.clock is not None else "")}
    allowed = {*("td" if columns.whole is not None else FIELDS), "f", "u"} - rows
    for c, head in heads.items():
        year_alone = {*head.said} <= {"y", "f"}
        known = head.whole and (
            columns.whole is not None or (columns.parts and not (year_alone and "y" in allowed))
        )
        kept = {} if known else {field: n for field, n in head.said.items() if field in allowed}
        if kept != head.said:
            heads[c] = Head(
                said=kept, rest=head.rest if kept else table.name(c), whole=head.whole and bool(kept)
            )
    parts = [head for head in heads.values() if head.said and not labels.is_total(head.rest)]
    if len({head.rest for head in parts}) == 1:
        longest = min(head.length for head in parts)
        for c, head in heads.items():  # the sum of a year among its months is a longer period of their series
            if not head.whole and head.length < longest and labels.is_total(head.rest):
                heads[c] = replace(head, rest=parts[0].rest)
    return heads


def heads_of(levels: Mapping[int, Sequence[str]], talk: Talk) -> dict[int, Head]:
    """Return what heads say of time, their days in one order. Raises Unclear, CountFileError."""
    known = resolved(dict.fromkeys(text for head in levels.values() for text in head if said(text)), talk)
    return {c: head_of(head, known) for c, head in levels.items()}


def _tell_numbered_heads(part: str, bounds: Mapping[str, int], talk: Talk) -> None:
    """Tell what heads of figures alone were taken for."""
    match part:
        case "m":
            talk.tell("heads", None, "The heads {first} to {last} are read as months.", **bounds)
        case "d":
            talk.tell("heads", None, "The heads {first} to {last} are read as days of the month.", **bounds)
        case "w":
            talk.tell("heads", None, "The heads {first} to {last} are read as weeks.", **bounds)
        case _:
            talk.tell("heads", None, "The heads {first} to {last} are read as hours.", **bounds)


def _counting(
    table: Table, columns: Columns, heads: Mapping[int, Head], talk: Talk
) -> tuple[list[int], list[int]]:
    """Return the columns whose counts are visits, and those that add them up.

    Visits are those with a time in their head, people who come in, or the one column of a known name.
    """
    shares = [c for c in columns.counts if labels.is_average(table.name(c))]
    rates = [c for c in columns.counts if labels.is_rate(table.name(c)) and c not in shares]
    if len(shares) + len(rates) < len(columns.counts):
        shares += rates
    _note_unread(table, shares, talk)
    found = [c for c in columns.counts if c not in shares]
    timed = [c for c in found if heads[c].said]
    sums: list[int] = []
    if len(timed) > 1 or (timed and len(found) == 1):
        sums = [c for c in found if labels.is_total(heads[c].rest) and c not in timed]
        _note_unread(table, [c for c in found if c not in timed and c not in sums], talk)
        found = [c for c in timed if c not in sums]
    inward = [c for c in found if words_of(heads[c].rest) & IN]
    outward = [c for c in found if words_of(heads[c].rest) & OUT and c not in inward]
    if outward and not inward:  # “Entrance” next to “Exit” is a way in, alone it is a door
        inward = [c for c in found if "entrance" in words_of(heads[c].rest) and c not in outward]
    if inward and outward:
        beside = [c for c in found if c not in inward and c not in outward]
        visits = [c for c in beside if words_of(heads[c].rest) & VISITS]
        names = ", ".join(table.name(c) for c in outward)[:100]
        talk.tell("direction", None, "People going out are left out: {names}.", names=names)
        _note_unread(table, [c for c in beside if c not in visits], talk)
        return [*inward, *visits], sums
    visits = [c for c in found if words_of(heads[c].rest) & VISITS]
    if len(visits) == 1 < len(found) and not timed:
        _note_unread(table, [c for c in found if c not in visits], talk)
        return visits, sums
    if not found:
        raise refusal(
            "no column holds counts; its columns are {names}",
            names=", ".join(map(" ".join, table.heads))[:200],
        )
    return found, sums


def _thousands(talk: Talk) -> int:
    answer = talk.ask(
        "thousands",
        "A head or title speaks of thousands. How are the counts written?",
        [
            option("thousands", "in thousands: 12.3 is 12 300 people"),
            option("people", "in people, as they stand"),
        ],
    )
    return 1_000 if answer == "thousands" else 1


def _note_unread(table: Table, left: Sequence[int], talk: Talk) -> None:
    for c in left:
        talk.tell("column", None, "The column “{name}” is not read.", name=table.name(c)[:60])


def _without_notes(body: pd.DataFrame, columns: Columns, used: Sequence[int], talk: Talk) -> pd.DataFrame:
    """Leave out rows without counts that name no period: notes, and what stands between parts of a table."""
    empty = (body[[*used]] == "").all(axis=1)
    if not empty.any():
        return body
    bare = body[empty]
    dated = pd.Series(False, bare.index)
    for c in columns.times:
        dated |= each(bare[c], lambda text: bool(said(text) or labels.FIGURES.fullmatch(text)))
    notes = empty & ~dated.reindex(body.index, fill_value=False)
    for row in body.index[notes][:20]:
        text = next((t for t in body.loc[row] if t), "")
        talk.tell("note", int(row), "Row {row} is left out as a note: “{text}”.", text=text[:80])
    return body[~notes]


def _filled_down(body: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """Repeat what merged cells say once: a year next to its months, a branch next to its years."""
    keys = columns.keys
    if len(keys) < 2:
        return body
    body = body.copy()
    for c in keys:
        blank = body[c] == ""
        if c != columns.until and blank.any() and not blank.iloc[0]:
            others = (body[[k for k in keys if k != c]] != "").any(axis=1)
            body[c] = body[c].mask(blank & others).ffill().where(~blank | others, "")
    return body


def _numbers(body: pd.DataFrame, table: Table, used: Sequence[int], talk: Talk) -> pd.DataFrame:
    """Return the counts of the columns, NaN where they are not known. Raises Unclear, CountFileError."""
    cells = pd.concat([body[c] for c in used])
    words = _words(cells, talk)
    bare = bare_numbers(cells.mask(cells.isin([*words]))).dropna()
    decimal = _decimal(bare, table, talk)
    found = {}
    for c in used:
        column = body[c].replace(words) if words else body[c]
        found[c] = parse_numbers(column, decimal, column=table.name(c)[:60])
    return pd.DataFrame(found, index=body.index)


def _words(cells: "pd.Series[str]", talk: Talk) -> dict[str, str]:
    """Return what to read in place of words among the counts."""
    distinct = cells.drop_duplicates()
    words = distinct[~distinct.map(lambda text: labels.is_count(text) or not text)]
    if words.empty:
        return {}
    if len(words) > WORDS or words.str.contains(r"\d").any():
        place = int(words.str.contains(r"\d").to_numpy().argmax())
        raise refusal(
            "row {row}: “{text}” is no number; correct it, or leave the cell empty where the count is not known",
            row=words.index[place],
            text=words.iloc[place][:60],
        )
    listed = ", ".join(f"“{text[:30]}”" for text in words)
    answer = talk.ask(
        "words",
        "What does {words} mean among the counts (row {row})?",
        [
            option("missing", "the count is not known"),
            option("zero", "nobody came"),
        ],
        words=listed,
        row=words.index[0],
    )
    return dict.fromkeys(words, "" if answer == "missing" else "0")


def _decimal(bare: "pd.Series[str]", table: Table, talk: Talk) -> str:
    marked = bare.str.contains(r"[.,]")
    if not marked.any():
        return "."
    if talk.answered("decimal"):
        return talk.ask("decimal", "Which is the decimal sign?", [option(",", "comma"), option(".", "point")])
    dots = not bare[marked].str.contains(",", regex=False).any()
    return decimal_sign(bare, ";" if dots else table.sep, "")


def _series_names(table: Table, heads: Mapping[int, Head], used: Sequence[int]) -> dict[int, str]:
    """Return the names that heads give to series: none where all have the same."""
    rests = {c: _without_direction(heads[c].rest) for c in used}
    if len(set(rests.values())) == 1:
        return dict.fromkeys(used, "")
    return {c: rest[:60] or table.name(c)[:60] for c, rest in rests.items()}


def _without_direction(name: str) -> str:
    kept = [word for word in re.split(r"[\s_]+", name) if word.lower().strip("()") not in IN]
    return " ".join(kept).strip(" -–,:") or name


def unknown_heads(records_: Records) -> Iterator[str]:
    """Yield the heads that name something else than visits, as loans."""
    for head in records_.heads:
        words = words_of(head)
        if words & (OUT | ELSEWHERE) or (words & OTHER and not words & VISITS):
            yield head
