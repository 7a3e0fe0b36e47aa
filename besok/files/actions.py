"""The register of requests and actions as a table: the CSV file that is exported, with a line for each action.

Fields without a column stay as they are; an empty cell empties the field. A file with any problem is refused entirely,
with every problem and its line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from besok.files.tables import ReadOptions, read_frame
from besok.model import tomlfile
from besok.model.actions import Action, check, from_cell, id_of
from besok.model.errors import CalendarFileError, CountFileError
from besok.model.suggest import suggestion

LARGEST: Final = 4_000_000  # bytes of a file
MOST_ROWS: Final = 10_000  # a register is kept by hand
PLAIN: Final = ("site", "id", "asked_by", "asked", "answered", "done_since", "undone", "invented")
LISTS: Final = ("spaces", "weekdays")
TEXTS: Final = ("title", "answer")
COLUMNS: Final = (*PLAIN, *LISTS, *(f"{key}_{language}" for key in TEXTS for language in ("sv", "en")))
RESULTS: Final = ("state", "verdict", "share", "share_low", "share_high", "a_year", "gave_sv", "gave_en")


def parse(text: str, name: str, stored: Sequence[Action]) -> tuple[Action, ...]:
    """Read the actions of a table as changes of the `stored` ones. Raises CalendarFileError with every problem."""
    by_id = {(action.site, action.id): action for action in stored}
    actions, problems = dict[tuple[str, str], Action](), list[tuple[int, str]]()
    for line, cells in _lines(text, name):
        action, errors = tomlfile.read(Action, _raw(cells, by_id))
        problems += [(line, f"{'.'.join(map(str, at))}: {reason}") for at, reason in errors]
        if action is None:
            continue
        problems += [(line, f"{key}: {reason}") for key, reason in check(action)]
        if (action.site, action.id) in actions:
            problems.append((line, f'the id "{action.id}" is used twice; give each its own'))
        actions[action.site, action.id] = action
    if problems:
        raise CalendarFileError("\n".join(f"{name} line {line}: {why}" for line, why in sorted(problems)))
    return tuple(actions.values())


def _lines(text: str, name: str) -> list[tuple[int, dict[str, str]]]:
    """Return the cells of each line by their columns. Raises CalendarFileError."""
    sep = ";" if ";" in text.partition("\n")[0] else ","
    try:
        frame = read_frame(text, name, ReadOptions(sep=sep))
    except CountFileError as exc:
        raise CalendarFileError(str(exc)) from exc
    if len(frame) > MOST_ROWS:
        raise CalendarFileError(f"{name} has more than {MOST_ROWS:,} lines; is it a list of actions?")
    header = [str(one) for one in frame.columns]
    for one in header:
        if one not in (*COLUMNS, *RESULTS):
            raise CalendarFileError(
                f'{name}: the column "{one}" is not known{suggestion(one, COLUMNS)}; there are {", ".join(COLUMNS)}'
            )
    rows = frame.itertuples(name=None)
    return [(int(line), dict(zip(header, map(from_cell, cells), strict=True))) for line, *cells in rows]


def _raw(cells: Mapping[str, str], by_id: Mapping[tuple[str, str], Action]) -> dict[str, Any]:
    """Return the fields of the action of a line, merged into its stored ones."""
    name = cells.get("id") or id_of(cells.get("title_sv") or cells.get("title_en") or "")
    old = by_id.get((cells.get("site", ""), name))
    raw: dict[str, Any] = asdict(old) if old else {}
    raw |= {key: cells[key] or None for key in PLAIN if key in cells}
    raw |= {
        key: [part.strip() for part in cells[key].split("|") if part.strip()] for key in LISTS if key in cells
    }
    for key in TEXTS:
        if f"{key}_sv" in cells or f"{key}_en" in cells:
            raw[key] = _text(*(cells.get(f"{key}_{language}", "") for language in ("sv", "en")))
    fields = {key: value for key, value in raw.items() if value is not None}
    return fields | {"id": name}


def _text(sv: str, en: str) -> dict[str, str] | None:
    """Return a text in both languages, either in place of a missing one; None without both."""
    return {"sv": sv or en, "en": en or sv} if sv or en else None
