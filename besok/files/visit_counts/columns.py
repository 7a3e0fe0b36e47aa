"""Content of each column of a table: times or parts of them, names of doors or branches, counts, or nothing of use."""

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from besok.files.tables import BESIDE, CLOCKS, COUNT_NAMES, DATES, DAYS, MONTHS, WEEKS, YEARS, plain
from besok.files.visit_counts import labels
from besok.files.visit_counts.table import MOSTLY, Table
from besok.files.visit_counts.wording import Dialog, option, refusal
from besok.files.written_times import FIELDS, clock_of, fields_in
from besok.model.errors import CountFileError

SAMPLE: Final = 400  # distinct texts of a column used to detect its content
COUNTED: Final = 0.3  # of them, in a column of counts: other texts are refused or asked about
QUARTERS, HALVES = ("quarter", "kvartal", "quartal"), ("halvår", "half", "halbjahr")
PARTS: Final = (("m", MONTHS, 12), ("q", QUARTERS, 4), ("s", HALVES, 2), ("w", WEEKS, 53), ("d", DAYS, 31))
SERIAL: Final = re.compile(r"[2-6]\d{4}(?:\.\d+)?")  # a day as spreadsheets number it: 1954 to 2091
BEGINS: Final = frozenset({"start", "from", "från", "begin", "first", "startdatum", "fr.o.m", "börjar"})
ENDS: Final = frozenset({"last", "to", "end", "till", "slut", "stop", "t.o.m", "slutdatum", "until"})
IN: Final = frozenset(
    {"in", "ins", "sumins", "entries", "entry", "entered", "entering", "enters", "inbound", "inflow", "ingående",
     "inpassager", "inpassage", "inpasseringar", "inåt"}
)  # fmt: skip
OUT: Final = frozenset(
    {"out", "outs", "sumouts", "exits", "exit", "exited", "exiting", "leaving", "outbound", "outflow", "ut", "utgående",
     "utpassager", "utpassage", "utpasseringar", "utåt", "utgång"}
)  # fmt: skip
VISITS: Final = frozenset(
    {*COUNT_NAMES["visits"], "besöksantal", "besökssiffror", "visitor", "visit", "gate", "gatecount", "patron",
     "patrons", "dörrräknare", "besuch"}
    - {"in", "total", "totalt", "summa", "net", "value", "y"}
)  # fmt: skip
OTHER: Final = frozenset(  # what libraries count besides visits
    {"loans", "loan", "lån", "utlån", "utlåning", "circulation", "checkouts", "renewals", "omlån",
     "temperature", "temperatur", "temp", "revenue", "sales", "downloads", "nedladdningar", "pages",
     "occupancy", "beläggning", "reservations", "medier", "items", "staff", "hours", "öppettimmar", "timmar",
     "population", "invånare", "conversion", "turnover", "capacity"}
)  # fmt: skip
ELSEWHERE: Final = frozenset(  # visits of another kind than people who come in
    {"website", "web", "webb", "webben", "webbplats", "webbplatsbesök", "webbesök", "virtual", "virtuella", "online",
     "digital", "digitala", "unika", "unique", "sidvisningar", "sessioner", "sessions"}
)  # fmt: skip
IDENTITY: Final = frozenset(
    {"id", "zoneid", "nr", "no", "number", "nummer", "code", "kod", "postnummer", "postcode", "zip", "lat", "lon",
     "latitude", "longitude", "serial", "mac", "ip", "row", "rad", "index", "#"}
)  # fmt: skip
NOTES: Final = frozenset(
    {"note", "notes", "comment", "comments", "anm", "anm.", "anmärkning", "anmärkningar", "kommentar", "kommentarer",
     "status", "unit", "enhet", "source", "källa", "address", "adress", "country", "land", "timezone", "tz",
     "weather", "väder", "orsak", "reason"}
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Columns:
    """Column numbers by content: `period` has complete times, `parts` fields by letter; `ends` if times are ends."""

    period: int | None = None
    until: int | None = None
    clock: int | None = None
    parts: dict[str, int] = field(default_factory=dict)
    names: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    direction: int | None = None
    ends: bool = False

    @property
    def times(self) -> list[int]:
        """Return the columns with the time of a row, but not its end."""
        return [c for c in (self.period, self.clock, *self.parts.values()) if c is not None]

    @property
    def keys(self) -> list[int]:
        """Return the columns that identify a row: its period and its series."""
        columns = [self.period, self.until, self.clock, *self.parts.values(), *self.names, self.direction]
        return [c for c in columns if c is not None]


def words_of(name: str) -> set[str]:
    """Return the words of a header."""
    return {word for word in re.split(r"[^\w#.]+|_", name.lower()) if word}


def find_columns(table: Table, dialog: Dialog, period: int | None = None) -> Columns:
    """Detect the content of the columns; `period` is that of the times if known. Columns left out are remarked on."""
    columns, periods = Columns(period=period), dict[int, str]()
    counted = table.body[(table.body != "").sum(axis=1) > 1]  # a text alone in its row is a note
    names = [table.name(c) for c in range(len(table.headers))]
    times = Counter(filter(None, map(fields_in, names)))
    for c, name in enumerate(names):
        if c == period:
            continue
        content, finest = _content_of(counted[c], name, first=c == 0)
        if content == "name" and times[fields_in(name)] > 1:
            content = "count"  # below one of several times: texts among its numbers are asked about
        if c == 0 and labels.sequence(sample(counted[c])) == "d" and _are_months(table.headers[1:]):
            content, finest = "part", "d"
        match content:
            case "whole":
                periods[c] = finest
            case "clock":
                columns.clock = c if columns.clock is None else columns.clock
            case "name":
                columns.names.append(c)
            case "count":
                columns.counts.append(c)
            case "left out":
                dialog.remark("column", None, "The column “{name}” is not read.", name=name[:60])
            case "part":
                before = columns.parts.setdefault(finest, c)
                if any(before < count < c for count in columns.counts):
                    raise _side_by_side(table, before)
    if period is None:
        _choose_period(table, columns, periods, dialog)
    else:
        columns.clock, columns.parts = None, {}
    _find_direction(table, columns)
    return columns


def _are_months(headers: Sequence[Sequence[str]]) -> bool:
    """Tell whether headers name months, with the days of a calendar below."""
    parts = [labels.header_of(header, {}) for header in headers if header]
    return sum("m" in header.fields and not header.complete for header in parts) >= MOSTLY * len(parts) > 0


def sample(column: "pd.Series[str]") -> list[str]:
    """Return distinct texts of a column without names of sums, means and blanks."""
    distinct = column[column != ""].drop_duplicates()
    some = pd.concat([distinct.iloc[: SAMPLE // 2], distinct.iloc[SAMPLE // 2 :].iloc[-SAMPLE // 2 :]])
    return [t for t in some if not labels.is_total(t) and not labels.is_blank(t) and not labels.is_average(t)]


def _content_of(column: "pd.Series[str]", name: str, *, first: bool) -> tuple[str, str]:
    """Return the content of a column, and of times the finest field."""
    texts = sample(column)
    if not texts:  # shares, marks of what is not known
        return ("left out" if (column != "").any() else "nothing"), ""
    if all(labels.FIGURES.fullmatch(text) for text in texts):
        return _of_figures(texts, name, first=first)
    return _of_texts(texts, name, column)


def _of_figures(texts: Sequence[str], name: str, *, first: bool) -> tuple[str, str]:
    """Return the content of a column of integers: named by the header, or they can only be years."""
    header, words = plain(name), words_of(name)
    most, long = max(map(int, texts)), {len(text) for text in texts}
    if header in BESIDE and header not in (*ENDS, *QUARTERS, *HALVES):
        return "nothing", ""
    in_order = [*texts] in (sorted(texts), sorted(texts, reverse=True))
    if all(fields_in(text) == "y" for text in texts) and (
        words & {*YEARS} or (first and not words & VISITS and in_order)
    ):
        return "part", "y"
    dated = words & {*DATES, *MONTHS, *DAYS, "datetime", "timestamp", "period", *BEGINS, *ENDS}
    if dated and (long == {8} or all(SERIAL.fullmatch(text) for text in texts)):
        return "whole", "d"
    if words & {*MONTHS, "period"} and long == {6}:
        return "whole", "m"
    for part, known, limit in PARTS:
        if words & {*known} and most <= limit:
            return "part", part
    if words & {*WEEKS} and long == {6}:
        return "whole", "w"
    if words & {*CLOCKS, "timme", "hours"} and most <= 24:
        return "clock", ""
    return ("left out" if words & IDENTITY else "count"), ""


def _of_texts(texts: Sequence[str], name: str, column: "pd.Series[str]") -> tuple[str, str]:
    words, times = words_of(name), [fields_in(text) for text in texts]
    least = MOSTLY * len(texts)
    if sum(map(labels.is_weekday, texts)) >= least:
        return "nothing", ""
    if len(known := [time for time in times if time[:1] == "y"]) >= least:
        return "whole", max((time[-1] for time in known), key=FIELDS.index)
    if sum(clock_of(text) is not None for text in texts) >= least:
        return "clock", ""
    parts = [time for time in times if time and time[0] != "y"]
    if len(parts) >= least and (len({*parts}) == 1 or {*parts} <= {*"mqs"}):
        return "part", max(parts, key=FIELDS.index)  # quarters among months are their sums
    if words & IDENTITY or labels.is_average(name):
        return "left out", ""
    if sum(map(labels.is_count, texts)) >= COUNTED * len(texts):
        return "count", ""
    if words & NOTES or ((column != "").mean() <= 0.5 and column.iloc[0] == ""):
        return "left out", ""
    return "name", ""


def _choose_period(table: Table, columns: Columns, periods: dict[int, str], dialog: Dialog) -> None:
    """Choose the column of times, and by its name one of last days."""
    ends = [c for c in periods if words_of(table.name(c)) & ENDS]
    begins = [c for c in periods if c not in ends]
    for one, other in itertools.pairwise(begins):
        if table.headers[one] == table.headers[other] and any(
            one < count < other for count in columns.counts
        ):
            raise _side_by_side(table, one)
    if not begins:
        begins, ends = ends, []
        columns.ends = any(periods[c] == "t" for c in begins)
    if not begins:
        return
    finest = max((periods[c] for c in begins), key=FIELDS.index)
    across = (labels.header_of(table.headers[c], {}) for c in columns.counts)
    below = itertools.chain(*(header.fields for header in across if not header.complete))
    if finest == "y" and {*"mqsw"} & {*columns.parts, *below}:
        columns.parts.setdefault("y", begins[0])  # 2018/19 next to its months
        return
    candidates = [c for c in begins if periods[c] == finest]
    chosen = [c for c in candidates if words_of(table.name(c)) & BEGINS] or candidates
    chosen = [c for c in chosen if plain(table.name(c)) in DATES] or chosen
    if len(chosen) > 1:
        answer = dialog.ask(
            "date-column",
            "Several columns hold times. Which one says when people came?",
            [option(table.name(c), "“{text}”, for example", text=sample(table.body[c])[0]) for c in chosen],
        )
        chosen = [c for c in chosen if table.name(c) == answer]
    columns.period = chosen[0]
    columns.until = next((c for c in ends if periods[c] == finest == "d"), None)
    columns.parts.clear()  # they repeat it
    if finest == "t":
        columns.clock = None


def _side_by_side(table: Table, column: int) -> CountFileError:
    return refusal(
        "several columns “{name}” are side by side, each with its counts; put one table below the other, or on a "
        "sheet of its own",
        name=table.name(column)[:60],
    )


def _find_direction(table: Table, columns: Columns) -> None:
    for c in columns.names:
        texts = {text.lower() for text in sample(table.body[c])}
        if texts & IN and texts <= IN | OUT:
            columns.direction = c
            columns.names.remove(c)
            return
