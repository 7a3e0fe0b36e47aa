"""The ledger of actions as a spreadsheet keeps it: a CSV file with a line for each action.

Read with the patience that lists of people need (names of columns, spaces and weekdays in two languages, days with
dots, any delimiter) and told back whole: every problem with its line, or every action. What the file says nothing of
stays.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from besok.files.action_columns import ALSO, COLUMNS, GAVE, READ, TOLD
from besok.files.csvfile import DELIMITERS
from besok.files.encoding import decoded
from besok.model.actions import Action, as_cell, check, from_cell, id_of
from besok.model.errors import CalendarFileError
from besok.model.site import Site, Text
from besok.model.suggest import suggestion
from besok.model.views.calendar import ActionEffect

LARGEST: Final = 4_000_000  # bytes of a file
MOST_ROWS: Final = 10_000  # a ledger is kept by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a file said: its actions, each with its line, and the columns that were not read."""

    actions: tuple[Action, ...]
    unread: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Reading:
    """A file being read: what it may speak of, and what was found wrong in it."""

    name: str
    sites: Mapping[str, Site]
    standing: Mapping[tuple[str, str], Action]
    site: str | None
    problems: list[str] = field(default_factory=list)

    def wrong(self, line: int, what: str) -> None:
        self.problems.append(f"{self.name} line {line}: {what}")


def is_table(text: str, name: str) -> bool:
    """Whether a ledger is a table and no TOML."""
    if name.lower().endswith((".csv", ".txt", ".tsv")):
        return True
    return not name.lower().endswith(".toml") and "[[actions]]" not in text


def text_of(content: bytes, name: str) -> str:
    """The text of a file from a spreadsheet: UTF-8, UTF-16 or what Windows writes. Raises CalendarFileError."""
    if len(content) > LARGEST:
        raise CalendarFileError(
            f"{name} is larger than {LARGEST // 1_000_000} MB; is it a ledger of actions?"
        )
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise CalendarFileError(
            f"{name} is a workbook; save it as CSV (UTF-8) in the spreadsheet, and import that"
        )
    text = decoded(content)
    if text is None:
        raise CalendarFileError(f"{name} is no text; save it as CSV (UTF-8)")
    return text


def parse(
    text: str,
    name: str,
    sites: Sequence[Site],
    standing: Sequence[Action],
    site: str | None = None,
    *,
    now: datetime,
) -> Sheet:
    """The actions of a table. `site` is that of lines without one; what the file has no column for is as in `standing`.

    Raises CalendarFileError with every problem and its line.
    """
    reading = _Reading(
        name=name, sites={s.id: s for s in sites}, standing={(a.site, a.id): a for a in standing}, site=site
    )
    rows = _rows(text, name)
    heads = next(rows, None)
    if heads is None:
        raise CalendarFileError(f"{name} is empty; its first line names the columns: {','.join(COLUMNS)}")
    places, unread = _places(heads[1], reading, heads[0])
    actions: dict[tuple[str, str], tuple[int, Action]] = {}
    for line, cells in rows:
        if any(cell.strip() for cell in cells[len(heads[1]) :]):
            reading.wrong(
                line,
                "has more cells than the first line names; write quotation marks around a text with commas",
            )
            continue
        action = _action(reading, line, {c: _cell(cells, place) for c, place in places.items()})
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
    if not actions and not reading.problems:
        raise CalendarFileError(f"{name} has columns and no actions; write a line for each below the first")
    if reading.problems:
        raise CalendarFileError("\n".join(reading.problems))
    return Sheet(actions=tuple(action for _, action in actions.values()), unread=unread)


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that say something, each with its number (that of its first line where a cell has several)."""
    lines = text.splitlines(keepends=True)
    skip = next(
        (n for n, line in enumerate(lines) if line.strip() and not line.lower().startswith("sep=")),
        len(lines),
    )
    first = lines[skip] if skip < len(lines) else ""
    delimiter = max(DELIMITERS, key=lambda d: (len(_known(first.split(d))), first.count(d)))
    reader = csv.reader(io.StringIO("".join(lines[skip:]), newline=""), delimiter=delimiter, strict=True)
    number, told = 0, 0
    while True:
        number = skip + reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as exc:
            raise CalendarFileError(
                f'{name} line {number}: the quotation marks do not match; close them, and write "" for one inside'
            ) from exc
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            told += 1
            if told > MOST_ROWS + 1:
                raise CalendarFileError(
                    f"{name} has more than {MOST_ROWS:,} lines; is it a ledger of actions?"
                )
            yield number, cells


def _column(head: str) -> str:
    """What a column is called here; its own name where it is not known."""
    name = re.sub(r"[\s_-]+", "_", head.strip().strip('\ufeff"').strip().lower())
    return ALSO.get(name, name)


def _known(heads: Sequence[str]) -> set[str]:
    return {_column(head) for head in heads} & set(COLUMNS)


def _places(heads: Sequence[str], reading: _Reading, line: int) -> tuple[dict[str, int], tuple[str, ...]]:
    """Where each column stands, and the columns that are not read."""
    places: dict[str, int] = {}
    unread = []
    for place, head in enumerate(heads):
        column = _column(head)
        if column in places:
            first = heads[places[column]].strip()
            reading.wrong(
                line, f'the columns "{first}" and "{head.strip()[:40]}" are the same; keep one of them'
            )
        elif column in COLUMNS:
            places[column] = place
        elif head.strip() and column not in TOLD:
            unread.append(f'"{head.strip()[:40]}"{suggestion(column, COLUMNS)}')
    if not {"title_sv", "title_en", "id"} & set(places):
        shown = ", ".join(head.strip()[:40] for head in heads[:8])
        raise CalendarFileError(
            f"{reading.name} line {line} names no column that is known ({shown}); the first line has to name them: "
            f"{','.join(COLUMNS)}"
        )
    if reading.problems:
        raise CalendarFileError("\n".join(reading.problems))
    return places, tuple(unread)


def _cell(cells: Sequence[str], place: int) -> str:
    """The text of a cell; one that a spreadsheet was kept from taking for a formula is as it was."""
    return from_cell(cells[place].strip()) if place < len(cells) else ""


def _action(reading: _Reading, line: int, cells: Mapping[str, str]) -> Action | None:
    """The action of a line, over what stands in the ledger; None where something is wrong with it."""
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
    for column in READ:
        if column in cells:
            new = replace(new, **_value(reading, line, column, cells[column], site, new))
    return new if len(reading.problems) == before else None


def _texts(cells: Mapping[str, str], action: Action) -> dict[str, Any]:
    """Title and answer; one language stands for both where the other is not known."""
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


def _value(reading: _Reading, line: int, column: str, text: str, site: Site, old: Action) -> dict[str, Any]:
    """What a cell says of a column; nothing where it cannot be read, or names the same as before in another order."""
    try:
        value = READ[column](text, site)
    except ValueError as exc:
        reading.wrong(line, f"{column}: {exc}")
        return {}
    standing = getattr(old, column)
    return {} if isinstance(value, tuple) and set(value) == set(standing) else {column: value}


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
        reading.wrong(line, f"site: is missing; write it in the file, or say --site for all lines ({known})")
    return None


def as_csv(
    actions: Sequence[Action], gave: Mapping[tuple[str, str], ActionEffect], *, semicolons: bool = False
) -> str:
    """A line for each action, with what it gave so far; `semicolons` for spreadsheets whose decimals have a comma."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if semicolons else ",", lineterminator="\r\n")
    writer.writerow((*COLUMNS, *GAVE))
    for action in actions:
        effect = gave.get((action.site, action.id))
        told = [_figure(getattr(effect, name, None), semicolons) for name in GAVE]
        writer.writerow([*(_written(action, column) for column in COLUMNS), *told])
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
