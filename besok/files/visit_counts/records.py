"""Cells as records: each count with the row it stands in, its series and its period."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from besok.files.values import bare_numbers, decimal_sign, month_named, parse_numbers
from besok.files.visit_counts import labels, periods, totals
from besok.files.visit_counts.columns import ELSEWHERE, IN, OTHER, OUT, VISITS, Columns, words_of
from besok.files.visit_counts.labels import HeadParts, Part, each
from besok.files.visit_counts.table import Table
from besok.files.visit_counts.wording import Talk, option, refusal
from besok.files.visit_counts.year_turns import part_texts, turned, year_turns

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
    table, columns = _entering(table, columns, talk)
    heads = _head_times(table, columns, talk)
    used, added = _counting(table, columns, heads, talk)
    body, sums = totals.set_aside(table.body, columns, used, talk)
    body = _without_notes(body, columns, used, talk)
    if body.empty:
        raise refusal("no row has a date and a count; is the file the right one?")
    body = _filled_down(body, columns)
    every = pd.concat([body, sums.rows]) if sums else body
    numbers = _numbers(every, table, [*used, *added], talk)
    if sums:
        totals.check_rows(sums, numbers, used, talk)
        numbers = numbers.loc[body.index]
    shortest = [c for c in used if heads[c].length == min(heads[u].length for u in used)]
    for c in added:
        totals.check_column(numbers[c], numbers[shortest], table.name(c), talk)
    if any(THOUSANDS.search(text) for text in (*table.title, *(table.name(c) for c in used))):
        numbers = numbers * _thousands(talk)
    titles = (*table.title, sheet, *(text for c in columns.keys for text in table.heads[c]))
    frame = by_period(
        replace(table, body=body), columns, heads, numbers[used], talk, titles=titles, zone=zone
    )
    frame = frame.rename(columns={"value": "visits"})
    return Records(
        frame=frame,
        timed=bool((frame["wall"] != frame["wall"].dt.normalize()).any()),
        ends=columns.ends,
        heads=tuple(table.name(c) for c in used),
    )


def by_period(
    table: Table,
    columns: Columns,
    heads: Mapping[int, HeadParts],
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
    texts, rows = {}, {}
    turns = year_turns(body, columns, {c: heads[c] for c in used}, talk)
    for c in used:
        timed = heads[c].whole or heads[c].parts
        rows[c] = body[body[c] != ""] if timed else body  # 29 February of a table of days is empty
        if not rows[c].empty:
            texts[c] = _period_texts(rows[c], columns, heads[c], titles, turns, talk)
    _tell_serials(texts.values(), talk)
    read = _read_periods(texts, talk, zone, table.name(columns.whole) if columns.whole is not None else "")
    names = _series_names(table, heads, used)
    parts = []
    for c in texts:
        own = _joined(rows[c], columns.names)
        series = names[c] if own is None else (own + (f" / {names[c]}" if names[c] else "")).to_numpy()
        parts.append(
            read[c]
            .assign(row=rows[c].index, series=series, value=values.loc[rows[c].index, c].to_numpy())
            .reset_index(drop=True)
        )
    return pd.concat(parts, ignore_index=True)


def _joined(body: pd.DataFrame, names: Sequence[int]) -> "pd.Series[str] | None":
    """Return what the columns of names say together, None where there are none."""
    if not names:
        return None
    joined = body[names[0]]
    for c in names[1:]:
        joined = joined + " / " + body[c]
    return joined.str.strip(" /")


def _entering(table: Table, columns: Columns, talk: Talk) -> tuple[Table, Columns]:
    """Keep those who come in where a column tells the direction of each row."""
    if columns.direction is None:
        return table, columns
    out = table.body[columns.direction].str.lower().isin(OUT)
    talk.tell("direction", None, "{n} rows of people going out are left out.", n=int(out.sum()))
    kept = Table(title=table.title, heads=table.heads, body=table.body[~out], sep=table.sep)
    return kept, columns


def _head_times(table: Table, columns: Columns, talk: Talk) -> dict[int, HeadParts]:
    """Return what the heads of counts say of time, as far as the rows do not say it."""
    heads = {c: labels.head_parts(table.heads[c]) for c in columns.counts}
    bare = [c for c in columns.counts if table.heads[c] and labels.FIGURES.fullmatch(table.heads[c][-1])]
    part = labels.sequence([table.heads[c][-1] for c in bare])
    if part and part != "y":
        figures = {c: int(table.heads[c][-1]) for c in bare}
        ends = part == "h" and max(figures.values()) == 24  # hours numbered by their ends
        for c, figure in figures.items():
            upper = labels.head_parts(table.heads[c][:-1])
            heads[c] = HeadParts(
                whole=upper.whole, parts={**upper.parts, part: figure - ends}, rest=upper.rest
            )
        bounds = {"first": min(figures.values()), "last": max(figures.values())}
        _tell_numbered_heads(part, bounds, talk)
    rows: set[Part] = {*columns.parts}
    if columns.clock is not None:
        rows.add("h")
    for c, head in heads.items():
        allowed: set[Part] = {"h", "d"} if columns.whole is not None else {*"ymqswdh"}
        kept = {p: n for p, n in head.parts.items() if p in allowed - rows}
        year = labels.whole(head.whole) == "year" and "y" not in rows  # 2018/19 above its months
        whole = head.whole if columns.whole is None and (year or not columns.parts) else ""
        if (kept, whole) != ({**head.parts}, head.whole):
            name = table.name(c) if not kept and not whole else head.rest
            heads[c] = HeadParts(whole=whole, parts=kept, rest=name)
    parts = [head for head in heads.values() if (head.whole or head.parts) and not labels.is_total(head.rest)]
    if len({head.rest for head in parts}) == 1:
        longest = max(head.length for head in parts)
        for c, head in heads.items():  # the sum of a year among its months is a longer period of their series
            if head.parts and head.length > longest and labels.is_total(head.rest):
                heads[c] = replace(head, rest=parts[0].rest)
    return heads


def _tell_numbered_heads(part: Part, bounds: Mapping[str, int], talk: Talk) -> None:
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
    table: Table, columns: Columns, heads: dict[int, HeadParts], talk: Talk
) -> tuple[list[int], list[int]]:
    """Return the columns whose counts are visits, and those that add them up.

    Visits are those with a time in their head, people who come in, or the one column of a known name.
    """
    shares = [c for c in columns.counts if labels.is_average(table.name(c))]
    rates = [c for c in columns.counts if labels.is_rate(table.name(c)) and c not in shares]
    if len(shares) + len(rates) < len(columns.counts):
        shares += rates
    _tell(table, shares, talk)
    found = [c for c in columns.counts if c not in shares]
    timed = [c for c in found if heads[c].whole or heads[c].parts]
    sums: list[int] = []
    if len(timed) > 1 or (timed and len(found) == 1):
        sums = [c for c in found if labels.is_total(heads[c].rest) and c not in timed]
        _tell(table, [c for c in found if c not in timed and c not in sums], talk)
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
        _tell(table, [c for c in beside if c not in visits], talk)
        return [*inward, *visits], sums
    visits = [c for c in found if words_of(heads[c].rest) & VISITS]
    if len(visits) == 1 < len(found) and not timed:
        _tell(table, [c for c in found if c not in visits], talk)
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


def _tell(table: Table, left: Sequence[int], talk: Talk) -> None:
    for c in left:
        talk.tell("column", None, "The column “{name}” is not read.", name=table.name(c)[:60])


def _without_notes(body: pd.DataFrame, columns: Columns, used: Sequence[int], talk: Talk) -> pd.DataFrame:
    """Leave out rows without counts that name no period: notes, and what stands between parts of a table."""
    empty = (body[[*used]] == "").all(axis=1)
    if not empty.any():
        return body
    keys = [c for c in (columns.whole, columns.clock, *columns.parts.values()) if c is not None]
    dated = pd.Series(False, body.index)
    for c in keys:
        dated |= each(
            body[c], lambda t: bool(labels.whole(t) or labels.part(t) or labels.FIGURES.fullmatch(t))
        )
    notes = empty & ~dated
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


def _period_texts(
    body: pd.DataFrame,
    columns: Columns,
    head: HeadParts,
    titles: Sequence[str],
    turns: Mapping[Part, int],
    talk: Talk,
) -> "pd.Series[str]":
    """Return the period of each row below a head, as one text with its year."""
    if columns.whole is not None:
        text = body[columns.whole]
        if columns.until is not None:
            return text + " - " + body[columns.until]
        if "d" in head.parts:
            text = text + f"-{head.parts['d']:02}"
        return text + _clock(body, columns, head, talk)
    if head.whole and not columns.parts:
        return pd.Series(head.whole, body.index) + _clock(body, columns, head, talk)
    parts = {p: part_texts(body[c], p) for p, c in columns.parts.items()}
    parts |= {p: pd.Series(f"{n:02}", body.index) for p, n in head.parts.items() if p != "h"}
    if head.whole:
        parts["y"] = pd.Series(head.whole, body.index)
    if not parts:
        raise refusal(
            "no column and no head tells the time of the counts (“{text}” is none that is known); write 2026, "
            "2026-11, 2026-11-25 or 2025-07-01 - 2026-06-30 into a column Date",
            text=next((t for t in body.iloc[:9].to_numpy().flat if t and not labels.is_total(t)), "")[:60],
        )
    if "y" not in parts:
        parts["y"] = pd.Series(_year(titles, talk), body.index)
    busy = parts["y"].str.contains(r"\d\D+\d")
    if busy.any() and not turns and len(parts) > 1:
        raise refusal(
            "row {row}: “{year}” does not say of which of its years each month is; let its months run from its first "
            "to its last, or write calendar years",
            row=parts["y"].index[busy][0],
            year=parts["y"][busy].iloc[0][:20],
        )
    for part, begin in turns.items():
        parts["y"] = turned(parts["y"], parts[part].astype(int) < begin)
    if "d" in parts and "m" not in parts:
        parts["m"] = pd.Series(_month(titles, talk), body.index)
    text = parts["y"]
    for part, sign in (("w", "-w"), ("m", "-"), ("q", "-q"), ("s", "-h")):
        if part in parts:  # what is longer repeats it
            text = text + sign + (parts[part] if part in "wm" else parts[part].str.lstrip("0"))
            break
    if "d" in parts:
        text = text + "-" + parts["d"]
    return text + _clock(body, columns, head, talk)


def _clock(body: pd.DataFrame, columns: Columns, head: HeadParts, talk: Talk) -> "pd.Series[str]":
    if "h" in head.parts:
        return pd.Series(f" {head.parts['h']:02}:00", body.index)
    if columns.clock is None:
        return pd.Series("", body.index)
    distinct = body[columns.clock].unique()
    hours = {t: int(found[1]) for t in distinct if (found := re.fullmatch(r"(\d{1,2})(?::00)*", t))}
    ends = (
        1 if hours and max(hours.values()) == 24 and min(hours.values()) > 0 else 0
    )  # numbered by their ends
    if ends:
        talk.tell("hours", None, "Hours are numbered to 24: each is read as the hour that ends then.")
    known = {
        text: f" {hours[text] - ends:02}:00" if text in hours else f" {labels.clock_of(text) or text}"
        for text in distinct
    }
    return body[columns.clock].map(known)


def _year(titles: Sequence[str], talk: Talk) -> str:
    """Return the year that stands above the table or on its sheet; asked where there is none, or several."""
    years = sorted({year for text in titles for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text)})
    if len(years) == 1 and not talk.answered("year"):
        talk.tell("year", None, "The year {year} is taken from the title.", year=years[0])
        return str(years[0])
    answer = talk.ask("year", "Of which year are the counts? The table does not say it.")
    if not re.fullmatch(r"(19|20)\d\d", answer):
        raise refusal("“{told}” is no year; write it with four digits", told=answer[:20])
    return answer


def _month(titles: Sequence[str], talk: Talk) -> str:
    """Return the month that stands above the table or on its sheet. Raises CountFileError unless it is one."""
    months = {month for text in titles for word in re.split(r"\W+|\d+", text) if (month := month_named(word))}
    if len(months) != 1:
        raise refusal("the columns of times do not make a date together; name a column Date")
    (month,) = months
    talk.tell("year", None, "The month {month} is taken from the title.", month=f"{month:02}")
    return f"{month:02}"


def _tell_serials(texts: Iterable["pd.Series[str]"], talk: Talk) -> None:
    """Tell that days are numbers as spreadsheets keep them."""
    for column in texts:
        serial = column[column.str.fullmatch(periods.SERIAL.pattern)]
        if not serial.empty:
            day = periods.SERIAL_ZERO + pd.Timedelta(days=int(float(serial.iloc[0])))
            talk.tell(
                "serial",
                int(serial.index[0]),
                "Days are written as numbers of a spreadsheet: {text} is read as {day}.",
                text=serial.iloc[0],
                day=f"{day:%Y-%m-%d}",
            )
            return


def _read_periods(
    texts: dict[int, "pd.Series[str]"], talk: Talk, zone: ZoneInfo | None, head: str
) -> dict[int, pd.DataFrame]:
    """Read each different text once."""
    every = pd.concat(texts.values())
    codes, distinct = pd.factorize(every)
    firsts = pd.Series(every.index).groupby(codes).first()
    read = periods.read(pd.Series(distinct, index=firsts.to_numpy(), dtype=str), talk, zone=zone, head=head)
    frame, begin, found = read.frame.iloc[codes].reset_index(drop=True), 0, {}
    for c, column in texts.items():
        found[c] = frame.iloc[begin : begin + len(column)]
        begin += len(column)
    return found


def _series_names(table: Table, heads: Mapping[int, HeadParts], used: Sequence[int]) -> dict[int, str]:
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
