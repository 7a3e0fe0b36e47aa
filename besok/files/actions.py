"""The register of requests and actions as a spreadsheet keeps it: a CSV file with a line for each action.

Names of columns, groups and weekdays may be Swedish or English. What the file has no column for stays as it is. A file
with a problem is refused whole, with every problem and its line.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from besok.files.tables import read_frame
from besok.files.values import parse_times
from besok.model.actions import Action, as_cell, check, from_cell, id_of
from besok.model.calendar import WEEKDAYS
from besok.model.errors import CalendarFileError, CountFileError
from besok.model.site import Site, Text
from besok.model.suggest import suggestion
from besok.model.views.calendar import ActionEffect

LARGEST: Final = 4_000_000  # bytes of a file
MOST_ROWS: Final = 10_000  # a register is kept by hand
COLUMNS: Final = (
    "site", "id", "title_sv", "title_en", "asked_by", "asked", "answered", "answer_sv", "answer_en",
    "done_since", "undone", "spaces", "weekdays", "invented",
)  # fmt: skip
GAVE: Final = (
    "verdict",
    "share",
    "share_low",
    "share_high",
    "a_year",
    "a_year_low",
    "a_year_high",
    "of_missing",
)
NOT_READ: Final = (*GAVE, "state", "gave_sv", "gave_en")  # what exported tables have besides
ALSO: Final[Mapping[str, str]] = {  # what a column is called elsewhere
    "plats": "site", "anläggning": "site", "bibliotek": "site", "library": "site",
    "title": "title_sv", "titel": "title_sv", "önskemål": "title_sv",
    "titel_sv": "title_sv", "titel_en": "title_en", "swedish": "title_sv", "english": "title_en",
    "by": "asked_by", "who": "asked_by", "vem": "asked_by", "önskat_av": "asked_by", "från": "asked_by",
    "önskat": "asked", "inkom": "asked", "datum": "asked", "date": "asked",
    "besvarat": "answered", "besvarad": "answered", "svarsdatum": "answered",
    "answer": "answer_sv", "svar": "answer_sv", "svar_sv": "answer_sv", "svar_en": "answer_en",
    "done": "done_since", "since": "done_since", "klart": "done_since", "klar": "done_since", "infört": "done_since",
    "until": "undone", "upphört": "undone", "slut": "undone", "borttaget": "undone",
    "space": "spaces", "rum": "spaces", "utrymme": "spaces", "utrymmen": "spaces",
    "weekday": "weekdays", "veckodag": "weekdays", "veckodagar": "weekdays", "dagar": "weekdays",
    "påhittat": "invented", "exempel": "invented", "example": "invented",
}  # fmt: skip
GROUPS: Final[Mapping[str, str]] = {
    "residents": "residents", "resident": "residents", "visitors": "residents", "public": "residents",
    "invånare": "residents", "boende": "residents", "besökare": "residents", "allmänheten": "residents",
    "staff": "staff", "personal": "staff", "personalen": "staff",
    "partners": "partners", "partner": "partners", "föreningar": "partners", "förening": "partners",
    "samarbetspartner": "partners", "samarbetspartners": "partners",
    "council": "council", "kommunen": "council", "kommun": "council", "nämnden": "council", "politiker": "council",
}  # fmt: skip
DAYS: Final = ("asked", "answered", "done_since", "undone")
DAYS_SV: Final = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
YES: Final = frozenset({"yes", "ja", "true", "sant", "x", "1", "j", "y"})
NO: Final = frozenset({"no", "nej", "false", "falskt", "0", "n", ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The actions of a file, and the columns that were not read."""

    actions: tuple[Action, ...]
    unread: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Reading:
    """A file being read: what it may speak of, and the problems found in it."""

    name: str
    sites: Mapping[str, Site]
    standing: Mapping[tuple[str, str], Action]
    site: str | None
    problems: list[str] = field(default_factory=list)

    def wrong(self, line: int, what: str) -> None:
        self.problems.append(f"{self.name} line {line}: {what}")


def is_table(text: str, name: str) -> bool:
    """Tell whether a register is a table and no TOML."""
    if name.lower().endswith((".csv", ".txt", ".tsv")):
        return True
    return not name.lower().endswith(".toml") and "[[actions]]" not in text


def parse(
    text: str,
    name: str,
    sites: Sequence[Site],
    standing: Sequence[Action],
    site: str | None = None,
    *,
    now: datetime,
) -> Sheet:
    """Read the actions of a table. `site` is that of lines without one; `standing` are the actions as they are.

    Raises CalendarFileError with every problem and its line.
    """
    reading = _Reading(
        name=name, sites={s.id: s for s in sites}, standing={(a.site, a.id): a for a in standing}, site=site
    )
    try:
        frame, unread = _known_columns(read_frame(text, name), reading)
    except CountFileError as exc:
        raise CalendarFileError(str(exc)) from exc
    days = {column: _days(frame[column]) for column in DAYS if column in frame}
    actions: dict[tuple[str, str], tuple[int, Action]] = {}
    for line, row in zip(frame.index, frame.to_dict("records"), strict=True):
        dated = {column: known.get(row[column], row[column]) for column, known in days.items()}
        action = _action(reading, line, {str(column): cell for column, cell in row.items()} | dated)
        if action is None:
            continue
        if before := actions.get((action.site, action.id)):
            reading.wrong(
                line, f'"{action.id}" is also that of line {before[0]}; give each line an id of its own'
            )
        actions[action.site, action.id] = line, action
        today = now.astimezone(ZoneInfo(reading.sites[action.site].timezone)).date()
        for key, reason in check(action, today):
            reading.wrong(line, f"{key}: {reason}")
    if reading.problems:
        raise CalendarFileError("\n".join(reading.problems))
    return Sheet(actions=tuple(action for _, action in actions.values()), unread=unread)


def _known_columns(frame: pd.DataFrame, reading: _Reading) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the frame under the names of COLUMNS, and the columns that are not read. Raises CalendarFileError."""
    if len(frame) > MOST_ROWS:
        raise CalendarFileError(f"{reading.name} has more than {MOST_ROWS:,} lines; is it a list of actions?")
    names = {head: re.sub(r"[\s_-]+", "_", head.strip(' \ufeff"').lower()) for head in frame.columns}
    columns = {head: ALSO.get(name, name) for head, name in names.items()}
    known: dict[str, str] = {}
    for head, column in columns.items():
        if column in known:
            raise CalendarFileError(
                f'{reading.name}: the columns "{known[column]}" and "{head[:40]}" are the same; keep one of them'
            )
        if column in COLUMNS:
            known[column] = head
    if not {"title_sv", "title_en", "id"} & set(known):
        raise CalendarFileError(
            f"{reading.name} names no column that is known ({', '.join(list(frame.columns)[:8])}); the first line has "
            f"to name them: {','.join(COLUMNS)}"
        )
    unread = tuple(
        f'"{head[:40]}"{suggestion(column, COLUMNS)}'
        for head, column in columns.items()
        if column not in (*COLUMNS, *NOT_READ)
    )
    cells = {column: frame[head].map(from_cell) for column, head in known.items()}
    return pd.DataFrame(cells), unread


def _days(texts: "pd.Series[str]") -> dict[str, date]:
    """Return the days of a column by their text: read together, or each by itself where one of them is wrong."""
    distinct = pd.Series([text for text in texts.unique() if text], dtype=str)
    try:
        return dict(zip(distinct, parse_times(distinct).wall.dt.date, strict=True)) if len(distinct) else {}
    except CountFileError:
        return {
            text: day
            for text in distinct
            if len(distinct) > 1
            for text, day in _days(pd.Series([text])).items()
        }


def _action(reading: _Reading, line: int, cells: Mapping[str, Any]) -> Action | None:
    """Return the action of a line, over what is in the register; None where something is wrong with it."""
    before = len(reading.problems)
    site = _site(reading, line, cells.get("site") or reading.site or "")
    title = cells.get("title_sv") or cells.get("title_en") or ""
    name = cells.get("id") or id_of(title)
    if not name:
        reading.wrong(line, "what was asked for is missing; write it under title_sv or title_en")
    if site is None or not name:
        return None
    old = reading.standing.get((site.id, name))
    if old is None and not title:
        reading.wrong(
            line, f'the ledger has no "{name}"; write what was asked for under title_sv or title_en'
        )
        return None
    new = old or Action(site=site.id, id=name, title=Text(sv=title, en=title))
    new = replace(new, **_texts(cells, new))
    for column, read in READ.items():
        if column in cells:
            try:
                value = read(cells[column], site)
            except ValueError as exc:
                reading.wrong(line, f"{column}: {exc}")
                continue
            known = getattr(new, column)
            if not (isinstance(value, tuple) and set(value) == set(known)):  # the same in another order
                new = replace(new, **{column: value})
    return new if len(reading.problems) == before else None


def _texts(cells: Mapping[str, Any], action: Action) -> dict[str, Any]:
    """Return title and answer; one language stands for both where the other is not known."""
    out: dict[str, Any] = {}
    for key in ("title", "answer"):
        old: Text | None = getattr(action, key)
        if not {f"{key}_sv", f"{key}_en"} & set(cells):
            continue
        sv = cells.get(f"{key}_sv", old.sv if old else "")
        en = cells.get(f"{key}_en", old.en if old else "")
        gone = not any(cells.get(f"{key}_{language}") for language in ("sv", "en"))
        if key == "answer" and gone:
            out[key] = None
        elif not gone:
            out[key] = Text(sv=sv or en, en=en or sv)
    return out


def _site(reading: _Reading, line: int, text: str) -> Site | None:
    for site in reading.sites.values():
        if text.casefold() in {site.id.casefold(), site.name.sv.casefold(), site.name.en.casefold()}:
            return site
    known = ", ".join(reading.sites) or "none yet; besok site apply makes one"
    if text:
        reading.wrong(
            line, f'site: there is no site "{text[:60]}"{suggestion(text, reading.sites)}; there are: {known}'
        )
    else:
        reading.wrong(line, f"site: is missing; write it in the file, or give --site for all lines ({known})")
    return None


def _day(day: date | str, _: Site) -> date | None:
    if isinstance(day, str) and day:
        raise ValueError(f"{day[:40]!r} is no day, or may be two; write 2026-11-25")
    return day or None  # an empty text is no day


def _group(text: str, _: Site) -> str:
    found = GROUPS.get(text.casefold()) if text else "residents"
    if found is None:
        raise ValueError(
            f'"{text[:40]}" is no group; write residents, staff, partners or council, and no names'
        )
    return found


def _listed(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,;|\n]", text) if part.strip()]


def _spaces(text: str, site: Site) -> tuple[str, ...]:
    known = {name.casefold(): s.id for s in site.spaces for name in (s.name.sv, s.name.en, s.id)}
    for one in _listed(text):
        if one.casefold() not in known:
            ids = [space.id for space in site.spaces]
            raise ValueError(
                f'there is no space "{one[:60]}" in {site.id}{suggestion(one, ids)}; write its id or name, or nothing '
                "for the whole site"
            )
    return tuple(sorted({known[one.casefold()] for one in _listed(text)}))


def _weekdays(text: str, _: Site) -> tuple[str, ...]:
    found = set()
    for one in _listed(text):
        plain = re.sub(r"(arna|ar|s|\.)$", "", one.casefold())
        day = next(
            (n for n in range(7) if _begins(plain, WEEKDAYS[n], 3) or _begins(plain, DAYS_SV[n], 2)), None
        )
        if day is None:
            raise ValueError(f'"{one[:40]}" is no weekday; write monday to sunday, or nothing for every day')
        found.add(day)
    return tuple(WEEKDAYS[n] for n in sorted(found))


def _begins(text: str, full: str, least: int) -> bool:
    """Tell whether a text is the weekday, or a short form of it."""
    return len(text) >= least and full.startswith(text)


def _flag(text: str, _: Site) -> bool:
    if text.casefold() in YES | NO:
        return text.casefold() in YES
    raise ValueError(f'"{text[:40]}" says neither yes nor no; write one of them')


READ: Final[Mapping[str, Callable[[Any, Site], Any]]] = {
    "asked_by": _group,
    **dict.fromkeys(DAYS, _day),
    "spaces": _spaces,
    "weekdays": _weekdays,
    "invented": _flag,
}


def as_csv(
    actions: Sequence[Action], gave: Mapping[tuple[str, str], ActionEffect], *, semicolons: bool = False
) -> str:
    """Return a line for each action with its effect; `semicolons` for spreadsheets whose decimals have a comma."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if semicolons else ",", lineterminator="\r\n")
    writer.writerow((*COLUMNS, *GAVE))
    for action in actions:
        effect = gave.get((action.site, action.id))
        figures = [_figure(getattr(effect, name, None), semicolons) for name in GAVE]
        writer.writerow([*(_written(action, column) for column in COLUMNS), *figures])
    return out.getvalue()


def _written(action: Action, column: str) -> str:
    key, _, language = column.rpartition("_")
    if key in ("title", "answer"):
        text: Text | None = getattr(action, key)
        return as_cell(getattr(text, language)) if text else ""
    value = getattr(action, column)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " | ".join(value)
    return "" if value is None else str(value)


def _figure(value: float | str | None, comma: bool) -> str:
    if isinstance(value, float):
        text = f"{value:.4f}" if abs(value) < 10 else f"{value:.0f}"
        return text.replace(".", ",") if comma else text
    return value or ""
