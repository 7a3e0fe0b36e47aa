"""What each column of a table holds: times or parts of them, names of doors or branches, counts, or nothing of use."""

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
from besok.files.visit_counts.wording import Talk, option, refusal
from besok.files.written_times import FIELDS, clock_of, said
from besok.model.errors import CountFileError

SAMPLE: Final = 400  # different texts of a column that show what it holds
COUNTED: Final = 0.3  # of them, in a column of counts: what else stands there is refused or asked about
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
    """Numbers of the columns by what they hold; `parts` by the letters of fields, `ends` where times are ends."""

    whole: int | None = None
    until: int | None = None
    clock: int | None = None
    parts: dict[str, int] = field(default_factory=dict)
    names: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    direction: int | None = None
    ends: bool = False

    @property
    def times(self) -> list[int]:
        """Return the columns that tell which period a row is of, but not its end."""
        return [c for c in (self.whole, self.clock, *self.parts.values()) if c is not None]

    @property
    def keys(self) -> list[int]:
        """Return the columns that tell which period a row is of, and whose."""
        found = [self.whole, self.until, self.clock, *self.parts.values(), *self.names, self.direction]
        return [c for c in found if c is not None]


def words_of(name: str) -> set[str]:
    """Return the words of a head."""
    return {word for word in re.split(r"[^\w#.]+|_", name.lower()) if word}


def find_columns(table: Table, talk: Talk, whole: int | None = None) -> Columns:
    """Return what the columns hold, with that of the times where it is known; those that are left out are told."""
    found, wholes = Columns(whole=whole), dict[int, str]()
    counted = table.body[(table.body != "").sum(axis=1) > 1]  # a text alone in its row is a note
    names = [table.name(c) for c in range(len(table.heads))]
    times = Counter(filter(None, map(said, names)))
    for c, name in enumerate(names):
        if c == whole:
            continue
        holds, of = _held(counted[c], name, first=c == 0)
        if holds == "name" and times[said(name)] > 1:
            holds = "count"  # below one of several times: what is no number there is asked about
        if c == 0 and labels.sequence(sample(counted[c])) == "d" and _are_months(table.heads[1:]):
            holds, of = "part", "d"
        match holds:
            case "whole":
                wholes[c] = of
            case "clock":
                found.clock = c if found.clock is None else found.clock
            case "name":
                found.names.append(c)
            case "count":
                found.counts.append(c)
            case "left out":
                talk.tell("column", None, "The column “{name}” is not read.", name=name[:60])
            case "part":
                before = found.parts.setdefault(of, c)
                if any(before < count < c for count in found.counts):
                    raise _side_by_side(table, before)
    if whole is None:
        _choose_whole(table, found, wholes, talk)
    else:
        found.clock, found.parts = None, {}
    _find_direction(table, found)
    return found


def _are_months(heads: Sequence[Sequence[str]]) -> bool:
    """Tell whether heads name months, below which the days of a calendar stand."""
    parts = [labels.head_of(head, {}) for head in heads if head]
    return sum("m" in head.said and not head.whole for head in parts) >= MOSTLY * len(parts) > 0


def sample(column: "pd.Series[str]") -> list[str]:
    """Return different texts of a column without those that name sums or say nothing."""
    distinct = column[column != ""].drop_duplicates()
    some = pd.concat([distinct.iloc[: SAMPLE // 2], distinct.iloc[SAMPLE // 2 :].iloc[-SAMPLE // 2 :]])
    return [t for t in some if not labels.is_total(t) and not labels.is_blank(t) and not labels.is_average(t)]


def _held(column: "pd.Series[str]", name: str, *, first: bool) -> tuple[str, str]:
    """Return what a column holds, and of times the finest field."""
    texts = sample(column)
    if not texts:  # shares, marks of what is not known
        return ("left out" if (column != "").any() else "nothing"), ""
    if all(labels.FIGURES.fullmatch(text) for text in texts):
        return _of_figures(texts, name, first=first)
    return _of_texts(texts, name, column)


def _of_figures(texts: Sequence[str], name: str, *, first: bool) -> tuple[str, str]:
    """Return what a column of whole figures holds: the head says so, or they can only be years."""
    head, words = plain(name), words_of(name)
    most, long = max(map(int, texts)), {len(text) for text in texts}
    if head in BESIDE and head not in (*ENDS, *QUARTERS, *HALVES):
        return "nothing", ""
    in_order = [*texts] in (sorted(texts), sorted(texts, reverse=True))
    if all(said(text) == "y" for text in texts) and (
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
    words, times = words_of(name), [said(text) for text in texts]
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


def _choose_whole(table: Table, found: Columns, wholes: dict[int, str], talk: Talk) -> None:
    """Choose the column of times; one that is named so holds the last day."""
    ends = [c for c in wholes if words_of(table.name(c)) & ENDS]
    begins = [c for c in wholes if c not in ends]
    for one, other in itertools.pairwise(begins):
        if table.heads[one] == table.heads[other] and any(one < count < other for count in found.counts):
            raise _side_by_side(table, one)
    if not begins:
        begins, ends = ends, []
        found.ends = any(wholes[c] == "t" for c in begins)
    if not begins:
        return
    finest = max((wholes[c] for c in begins), key=FIELDS.index)
    across = (labels.head_of(table.heads[c], {}) for c in found.counts)
    below = itertools.chain(*(head.said for head in across if not head.whole))
    if finest == "y" and {*"mqsw"} & {*found.parts, *below}:
        found.parts.setdefault("y", begins[0])  # 2018/19 next to its months
        return
    among = [c for c in begins if wholes[c] == finest]
    named = [c for c in among if words_of(table.name(c)) & BEGINS] or among
    named = [c for c in named if plain(table.name(c)) in DATES] or named
    if len(named) > 1:
        answer = talk.ask(
            "date-column",
            "Several columns hold times. Which tells when the people came?",
            [option(table.name(c), "“{text}”, for example", text=sample(table.body[c])[0]) for c in named],
        )
        named = [c for c in named if table.name(c) == answer]
    found.whole = named[0]
    found.until = next((c for c in ends if wholes[c] == finest == "d"), None)
    found.parts.clear()  # they repeat it
    if finest == "t":
        found.clock = None


def _side_by_side(table: Table, column: int) -> CountFileError:
    return refusal(
        "several columns “{name}” stand beside each other, each with its counts; put one table below the other, "
        "or on a sheet of its own",
        name=table.name(column)[:60],
    )


def _find_direction(table: Table, found: Columns) -> None:
    for c in found.names:
        texts = {text.lower() for text in sample(table.body[c])}
        if texts & IN and texts <= IN | OUT:
            found.direction = c
            found.names.remove(c)
            return
