"""Every error Besök raises on purpose.

BesokError
├── SettingsError          a setting is missing or cannot be used
├── SiteFileError          a site file cannot be applied; carries every problem with its line
├── EditedInPages          a site file would undo what was edited in pages
├── EditRefused            a part of a site cannot be as edited; carries the fields that are wrong
├── EditConflict           somebody else has changed it meanwhile
├── ScenarioError          a scenario of the simulator cannot be used; carries every problem with its line
├── ScenarioRefused        a planner's question cannot be asked as it is
├── CountFileError         a file of counts cannot be read or used
│   └── Unclear            it has several readings; carries the questions, each with its choices
├── PictureRefused         a file cannot be the picture behind a floor plan
├── CalendarFileError      a calendar, a weather series or a ledger cannot be read
├── RecordingError         recorded traffic cannot be written, read or played
├── StoreError             the database said no
│   ├── StoreUnavailable   for now: the same call may succeed later (connection lost, shutting down, locked)
│   │   └── StoreSlow      a statement took longer than it may: a smaller question may succeed
│   ├── Abandoned          nobody waits for the answer any more
│   ├── StoreRefused       for good: this data cannot be stored
│   └── SchemaMismatch     the database is older or newer than this program: it may succeed after `besok migrate`
├── BrokerUnavailable      the broker does not keep a message now; sent again, it may
├── MessageTooLarge        no broker or no collector takes a message of that size
├── Unreadable             a message, or a part of it, cannot be understood
├── SignInNeeded           nobody is signed in, and this is not public
├── NotAllowed             who is signed in has no role that allows this
├── NotFound               there is no such site, space, portal or device
├── StackError             a private server of the embedded stack cannot be started
├── BackupError            a backup cannot be made, read or restored
├── AlertError             a rule of alerts cannot be kept as asked
└── JobError               parts of a job failed; the others were done

The text of an error is written for the person who reads it: what happened, and what to do.
"""

from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

from besok.model import messages
from besok.model.messages import Translatable
from besok.model.period_counts import FileQuestion

P = ParamSpec("P")
T = TypeVar("T")


class BesokError(Exception):
    """An error raised on purpose; `message` is its translatable text, None if only commands and logs show it."""

    def __init__(self, message: str | Translatable = "") -> None:
        super().__init__(str(message))
        self.message = message if isinstance(message, Translatable) else None

    @property
    def in_full(self) -> str:
        """Return the text for the log, with the cause, which the reader of a page does not need."""
        return (
            f"{self} ({self.__cause__})"
            if self.__cause__ and str(self.__cause__) not in str(self)
            else str(self)
        )


class SettingsError(BesokError):
    """A setting is missing or cannot be used."""


class SiteFileError(BesokError):
    """A site file has problems; `problems` lists each with its line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class EditedInPages(BesokError):
    """A site file would undo what was edited in pages."""


class EditRefused(BesokError):
    """A part of a site cannot be as edited.

    `fields` are those that are wrong; `elsewhere` the parts that it does not fit with, each by kind and name.
    """

    def __init__(self, fields: Sequence[str], elsewhere: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(f"it cannot be so: {', '.join((*fields, *map(' '.join, elsewhere)))}")
        self.fields, self.elsewhere = tuple(fields), tuple(elsewhere)


class EditConflict(BesokError):
    """Somebody else has changed it meanwhile."""

    def __init__(self) -> None:
        super().__init__(messages.CHANGED_MEANWHILE)


class ScenarioError(BesokError):
    """A scenario has problems; `problems` lists each with its line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class ScenarioRefused(BesokError):
    """A planner's question cannot be asked as it is."""


class CountFileError(BesokError):
    """A file of counts cannot be read, or its content cannot be used; gives the line where possible."""


class Unclear(CountFileError):
    """A file of counts has several readings; `questions` lists what must be answered first."""

    def __init__(self, questions: Sequence[FileQuestion], message: str = "") -> None:
        super().__init__(message or "\n".join(str(question.text) for question in questions))
        self.questions = tuple(questions)


class PictureRefused(BesokError):
    """A file cannot be the picture behind a floor plan."""


class CalendarFileError(BesokError):
    """A file with events, holidays, weather or actions cannot be read; gives the line where possible."""


class RecordingError(BesokError):
    """Recorded traffic cannot be written, read or played."""


class StoreError(BesokError):
    """The database reported an error."""


class StoreUnavailable(StoreError):
    """The database cannot answer now; the same call may succeed later."""


class StoreSlow(StoreUnavailable):
    """A statement took longer than it may; a smaller question may succeed."""


class Abandoned(StoreError):
    """Nobody waits for the answer any more."""


class StoreRefused(StoreError):
    """The database will not store this, however often it is sent."""


class SchemaMismatch(StoreError):
    """The database is older or newer than this program: that says nothing of what was to be stored."""


class BrokerUnavailable(BesokError):
    """The broker does not keep a message now; the same may succeed later."""


class MessageTooLarge(BesokError):
    """A message is larger than anybody takes; sent in smaller ones, it may succeed."""


class Unreadable(BesokError):
    """A message, or a part of it, cannot be understood; the rest of its batch goes on."""


class SignInNeeded(BesokError):
    """This is not public, and nobody is signed in."""


class NotAllowed(BesokError):
    """The role of the signed-in person does not allow this."""


class NotFound(BesokError):
    """There is no such site, space, portal or device."""


def if_found(load: Callable[P, T], *args: P.args, **named: P.kwargs) -> T | None:
    """Return what `load` returns; None where it raises NotFound."""
    try:
        return load(*args, **named)
    except NotFound:
        return None


class StackError(BesokError):
    """A private server of the embedded stack cannot be started."""


class BackupError(BesokError):
    """A backup cannot be made, read or restored as asked."""


class AlertError(BesokError):
    """A rule of alerts cannot be kept as asked."""


class JobError(BesokError):
    """Parts of a job failed, which the text names; the others were done."""
