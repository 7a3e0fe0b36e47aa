"""The words of a spreadsheet's ledger: what its columns, groups and weekdays are called, and how a cell is read.

A reader takes the text of a cell and its site, and raises ValueError with what is wrong and what to write.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from besok.files import notation
from besok.model.calendar import WEEKDAYS
from besok.model.errors import CountFileError
from besok.model.site import Site
from besok.model.suggest import suggestion

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
TOLD: Final = (*GAVE, "state", "gave_sv", "gave_en")  # what tables of ours say beside, and nobody writes
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
DAYS_SV: Final = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
YES: Final = frozenset({"yes", "ja", "true", "sant", "x", "1", "j", "y"})
NO: Final = frozenset({"no", "nej", "false", "falskt", "0", "n", ""})


def _day(text: str, _: Site) -> date | None:
    if not text:
        return None
    try:
        return notation.day(text, 0)
    except CountFileError as exc:
        raise ValueError(str(exc).removeprefix("line 0: ")) from exc


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
    """Whether it is the weekday, or what it is shortened to."""
    return len(text) >= least and full.startswith(text)


def _flag(text: str, _: Site) -> bool:
    if text.casefold() in YES | NO:
        return text.casefold() in YES
    raise ValueError(f'"{text[:40]}" says neither yes nor no; write one of them')


READ: Final[Mapping[str, Callable[[str, Site], Any]]] = {
    "asked_by": _group,
    "asked": _day,
    "answered": _day,
    "done_since": _day,
    "undone": _day,
    "spaces": _spaces,
    "weekdays": _weekdays,
    "invented": _flag,
}
