"""Past counts from files: what storing them would change, storing, what was stored, undoing."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Path, Query, Request

from api.deps import Db, KnownSite, Now, author
from api.reports import ReportDb
from api.routing import FileContent, Routes, Signed, file_body
from besok.model import messages
from besok.model.controls import WORD
from besok.model.errors import NotFound, Unclear
from besok.model.messages import Translatable
from besok.model.period_counts import LARGEST_FILE, CountFile, FileChoice, FileQuestion, FileRemark, Unit
from besok.model.site import Site
from besok.model.views.imports import Counts, ImportPreview, ImportView, PreviewRemark
from besok.model.views.like import like
from besok.services import access, imports
from besok.store import period_counts
from besok.store.database import Database
from besok.store.period_counts import NewImport
from besok.text import import_text
from besok.text.languages import preferred, speaking, translated

router = Routes("Past counts")

SOURCE = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"  # and not blank
ImportId = Annotated[int, Path(ge=1, le=2**31 - 1, description="The import's number", examples=[12])]
Source = Annotated[str, Query(max_length=100, pattern=SOURCE, description="Where the counts are from")]
Name = Annotated[str, Query(max_length=200, pattern=WORD, description="The name of the file")]
Who = Annotated[
    str,
    Query(
        max_length=60,
        pattern=WORD,
        description="Who brings them, a name or initials; left out by who is signed in",
    ),
]
Measure = Annotated[
    Counts | None,
    Query(description="All who came in, these less deductions, or people in and out together"),
]
Portal = Annotated[
    str, Query(max_length=100, description="The door that they are of; the whole site if left out")
]
Given = Annotated[
    tuple[str, ...], Query(max_length=20, description="Answers to questions, as `dates=day-first`")
]
MOST_REMARKS = 50
UNNAMED = "the file"
MEASURE = FileQuestion(
    key="measure",
    text=Translatable("Does the counter count each person once, or on the way in and on the way out?"),
    choices=(
        FileChoice(value="gross", text=Translatable("once: the difference is the visits")),
        FileChoice(value="passages", text=Translatable("in and out: half of the difference is the visits")),
    ),
)
FILE = file_body(f"The file itself, CSV or XLSX, {LARGEST_FILE >> 20} MB at most")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerChoice:
    """An answer, and what it makes of the file."""

    value: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """What must be answered before the file can be read; one without choices is answered in words."""

    key: str
    text: str
    choices: tuple[AnswerChoice, ...]
    several: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePreview:
    """What a file says and storing it would change, in sentences of the reader's language; or what is asked first.

    `offers` are questions that need no answer.
    """

    questions: tuple[OpenQuestion, ...] = ()
    offers: tuple[OpenQuestion, ...] = ()
    digest: str = ""
    unit: Unit | None = None
    counts: int = 0
    first: date | None = None
    last: date | None = None
    visits: float = 0
    by_year: Mapping[int, float] = field(default_factory=dict)
    look_at: tuple[str, ...] = ()
    stored: tuple[str, ...] = ()
    progress: tuple[str, ...] = ()
    layout: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The import under which counts are stored; the same counts twice are one."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Upload:
    """A file with what is said of it."""

    data: FileContent
    source: Source
    name: Name = ""
    measure: Measure = None
    portal: Portal = ""
    answer: Given = ()

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


Uploaded = Annotated[_Upload, Depends()]


@router.reads("/sites/{site}/imports", "read", "Files that were imported")
def listing(site: KnownSite, db: Db) -> list[ImportView]:
    """Return the imports of a site, newest first, also those that were undone."""
    return period_counts.listing(db, site.id)


@router.writes(
    "/sites/{site}/imports/preview",
    "record",
    "What a file would change",
    max_body_size=LARGEST_FILE,
    openapi_extra=FILE,
)
def preview(site: KnownSite, upload: Uploaded, db: ReportDb, now: Now, request: Request) -> FilePreview:
    """Read a file and return what storing it would change, or what must be answered first. Nothing is stored."""
    with speaking(preferred(request.headers.get("accept-language", "")) or "en"):
        try:
            file = _read(upload, site)
            measure = _measure(upload, file)
        except Unclear as exc:
            return FilePreview(questions=tuple(map(_open_question, exc.questions)))
        seen = imports.preview(db, site.id, _new(file, upload, measure), now)
        return _preview(seen, file, upload.digest)


@router.writes(
    "/sites/{site}/imports",
    "record",
    "Import a file",
    status_code=201,
    max_body_size=LARGEST_FILE,
    openapi_extra=FILE,
)
def store(site: KnownSite, upload: Uploaded, db: ReportDb, now: Now, who: Who = "") -> Stored:
    """Store the counts of a file; the same counts twice are one import. What is unclear is refused: see the preview."""
    file = _read(upload, site)
    if file.hours:
        access.require("administer", site.id)
    new = _new(file, upload, _measure(upload, file), author(who))
    return Stored(id=period_counts.put(db, site.id, new, now))


@router.writes("/sites/{site}/imports/{number}/undo", "record", "Undo an import")
def undo(site: KnownSite, number: ImportId, body: Signed, db: Db, now: Now) -> Stored:
    """Make an import count for nothing; what it replaced counts again."""
    return _changed(period_counts.undo, site, number, body, db, now)


@router.writes("/sites/{site}/imports/{number}/redo", "record", "Restore an import")
def redo(site: KnownSite, number: ImportId, body: Signed, db: Db, now: Now) -> Stored:
    """Make an import that was undone count again."""
    return _changed(period_counts.redo, site, number, body, db, now)


def _changed(
    change: Callable[..., None], site: Site, number: int, body: Signed, db: Database, now: datetime
) -> Stored:
    if number not in {one.id for one in period_counts.listing(db, site.id)}:
        raise NotFound(messages.NO_IMPORT(number=number))
    change(db, number, author(body.who), now=now)
    return Stored(id=number)


def _read(upload: _Upload, site: Site) -> CountFile:
    """Return what the file says. Raises Unclear, CountFileError."""
    from besok.files.visit_counts import read  # takes its time to load

    answers = {key: value for key, _, value in (text.partition("=") for text in upload.answer)}
    return read(upload.data, upload.name or UNNAMED, answers, zone=ZoneInfo(site.timezone))


def _measure(upload: _Upload, file: CountFile) -> Counts:
    """Return what was counted. Raises CountFileError where a running total may hold those who go out, too."""
    if upload.measure is None and any(remark.kind == "running" for remark in file.findings):
        raise Unclear([MEASURE])
    return upload.measure or "gross"


def _new(file: CountFile, upload: _Upload, measure: Counts, who: str = "") -> NewImport:
    doors = {count.series: upload.portal for count in file.counts} if upload.portal else {}
    return like(
        NewImport,
        upload,
        source=upload.source.strip(),
        name=upload.name or UNNAMED,
        file=file,
        portal_of=doors,
        counted=measure,
        author=who,
    )


def _open_question(question: FileQuestion) -> OpenQuestion:
    choices = tuple(AnswerChoice(value=c.value, text=translated(c.text)) for c in question.choices)
    return OpenQuestion(
        key=question.key, text=translated(question.text), choices=choices, several=question.several
    )


def _preview(seen: ImportPreview, file: CountFile, digest: str) -> FilePreview:
    remarks: list[FileRemark | PreviewRemark] = [*file.findings, *seen.remarks]
    return like(
        FilePreview,
        seen,
        digest=digest,
        offers=tuple(map(_open_question, file.offers if access.may("administer", seen.site) else ())),
        counts=seen.rows,
        by_year=dict(seen.by_year),
        look_at=tuple(translated(remark.text) for remark in remarks[:MOST_REMARKS]),
        stored=tuple(import_text.periods(seen)),
        progress=tuple(import_text.changes(seen)),
    )
