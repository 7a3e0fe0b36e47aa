"""The public ledger of actions: requests of groups (never of persons), the answers, and what was done in which spaces.

The ledger is public: it says which group asked, never who.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from besok.model import audited, messages
from besok.model.site import WEEKDAYS, Text
from besok.model.site_rules import ID_FORM, YEARS

ORDER = (
    ("asked", "answered"),
    ("asked", "done_since"),
    ("done_since", "undone"),
)  # a day, and one not before it
BEEN = ("asked", "answered")  # what cannot be of a day to come
LONGEST_ID, LONGEST_TEXT = 60, 1000  # characters
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for a formula if a cell begins with it
State = Literal["asked", "answered", "done", "undone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something done because somebody asked for it. `spaces` are those that it concerns, the whole site if empty.
    `weekdays` are those that it is about ("sunday"), every day if empty: its effect is then sought on them.

    `done_since` is the first business day on which it is so, `undone` the first on which it is so no more. `invented`
    marks an example.
    """

    site: str
    id: str
    title: Text
    asked_by: Literal["residents", "staff", "partners", "council"] = "residents"
    asked: date | None = None
    answered: date | None = None
    answer: Text | None = None
    done_since: date | None = None
    undone: date | None = None
    spaces: tuple[str, ...] = ()
    weekdays: tuple[str, ...] = ()
    invented: bool = False

    def state(self, today: date) -> State:
        """Return the state of the action on a business day."""
        if self.undone and self.undone <= today:
            return "undone"
        if self.done_since and self.done_since <= today:
            return "done"
        return "answered" if self.answered and self.answered <= today else "asked"


def check(action: Action, today: date = date.max) -> Iterator[tuple[str, messages.Translatable]]:
    """Yield what is wrong with an action: the key, and a sentence.

    By `today` it has been asked for and answered, though it may be done later.
    """
    if not ID_FORM.fullmatch(action.id) or len(action.id) > LONGEST_ID:
        yield "id", messages.NO_ID(name=action.id[:80])
    for key in ("title", "answer"):
        text: Text | None = getattr(action, key)
        if text and not all(0 < len(words.strip()) <= LONGEST_TEXT for words in (text.sv, text.en)):
            yield key, messages.TOO_LONG(most=LONGEST_TEXT)
    if (action.answer is None) != (action.answered is None):
        yield "answered", messages.HALF_AN_ANSWER
    for day in action.weekdays:
        if day not in WEEKDAYS:
            yield "weekdays", messages.NO_WEEKDAY(day=day[:40])
    for key in ("asked", "answered", "done_since", "undone"):
        if (day := getattr(action, key)) and day.year not in YEARS:
            yield key, messages.NO_YEAR(year=day.year)
        elif day and key in BEEN and day > today:
            yield key, messages.NOT_YET(day=day)
    for earlier, later in ORDER:
        first, second = getattr(action, earlier), getattr(action, later)
        if first and second and second < first:
            yield later, messages.OUT_OF_ORDER[earlier](second=second, first=first)
    if action.undone and (not action.done_since or action.undone <= action.done_since):
        yield "undone", messages.NEVER_DONE


def changes(old: Action | None, new: Action) -> list[messages.Translatable]:
    """Describe the differences between two versions for log and audit; empty if there are none."""
    if old is None:
        return [
            audited.ADDED(title=f"{new.title.sv} / {new.title.en}"),
            *changes(Action(site=new.site, id=new.id, title=new.title), new),
        ]
    return list(audited.field_changes(old, new))


def id_of(title: str) -> str:
    """Make an id from a title: "Öppet längre på söndagar" is oppet-langre-pa-sondagar; empty where it has no letter.

    There is room left for a number behind it.
    """
    letters = title.lower().replace("ß", "ss").replace("ø", "o").replace("æ", "ae")
    plain = "".join(c for c in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(c))
    name = ""
    for word in re.findall(r"[a-z0-9]+", plain):
        longer = f"{name}-{word}" if name else word[: LONGEST_ID - 5]
        if len(longer) > LONGEST_ID - 5:
            break
        name = longer
    return name


def as_cell(text: str) -> str:
    """Escape a text for a CSV cell, so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def from_cell(cell: str) -> str:
    """Return the text of an escaped cell."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell
