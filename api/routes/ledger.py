"""You said, we did: what was asked for, answered and done, what it gave; and writing it down."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import HTTPException, Path, Response
from pydantic import Field, StringConstraints

from api.answers import Form, rows
from api.deps import Db, KnownSite, Now, author, known_name
from api.routes.figures import SpaceId, known_space
from api.routing import Routes, Signed
from besok.model import messages
from besok.model.actions import Action, id_of
from besok.model.calendar import business_day
from besok.model.site import Site, Text
from besok.model.views.calendar import ActionEffect, ActionInfo
from besok.model.views.like import like
from besok.services.actions import get_actions
from besok.store import actions as ledger
from besok.store import effects
from besok.store.database import Database
from besok.text import narratives
from besok.text.languages import in_both

router = Routes("Ledger")

TEXT = r"^[^\x00-\x08\x0b-\x1f\x7f]*$"  # no control characters, but line ends
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000, pattern=TEXT)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,100}$")]
ActionId = Annotated[str, Path(description="The action's id", examples=["longer-sundays"])]
BOTH = "In Swedish or in English; if one of them is left out, the other stands for both"


class Asked(Signed):
    """Something that was asked for."""

    title_sv: Line = Field(default="", description=BOTH, examples=["Öppet längre på söndagar"])
    title_en: Line = Field(default="", description=BOTH, examples=["Longer hours on Sundays"])
    asked_by: Literal["residents", "staff", "partners", "council"] = "residents"
    asked: date | None = Field(default=None, description="The day; today if left out")
    spaces: tuple[Slug, ...] = Field(
        default=(), description="The spaces that it concerns; none for the whole site"
    )
    weekdays: tuple[str, ...] = Field(
        default=(), description='The weekdays that it is about ("sunday"); none for all'
    )


class Became(Signed):
    """What became of it; what is left out stays as it is, `null` takes a day out again."""

    answer_sv: Line = Field(default="", description=BOTH)
    answer_en: Line = Field(default="", description=BOTH)
    answered: date | None = Field(
        default=None, description="The day of the answer; today if there is a new answer"
    )
    done_since: date | None = Field(default=None, description="The first day on which it is so")
    undone: date | None = Field(default=None, description="The first day on which it is so no more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gave:
    """What an action gave, and the same as a sentence."""

    effect: ActionEffect
    sentence: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow:
    """A line of the ledger as a table."""

    site: str
    id: str
    title_sv: str
    title_en: str
    asked_by: str
    asked: date | None
    answered: date | None
    answer_sv: str
    answer_en: str
    done_since: date | None
    undone: date | None
    spaces: tuple[str, ...]
    weekdays: tuple[str, ...]
    invented: Literal["yes", "no"]
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow(ActionRow):
    """A line of the ledger with what it gave so far: its columns are those of `besok action export`."""

    verdict: str | None = None
    share: float | None = None
    share_low: float | None = None
    share_high: float | None = None
    a_year: float | None = None
    gave_sv: str
    gave_en: str


@router.table("/sites/{site}/actions", "open", "You said, we did", ActionInfo)
def actions(site: KnownSite, db: Db, now: Now, form: Form, space: SpaceId = None) -> Response:
    """Return what was asked for, what was answered and what has been done since, newest first."""
    room = known_space(space, site) if space else ""
    infos = [
        one for one in get_actions(db, site.id, business_day(now, site)) if not room or room in one.spaces
    ]
    if form.format == "json":
        return rows(infos, ActionInfo, form, "")
    return rows(
        [like(ActionRow, a, **_shared(site.id, a)) for a in infos], ActionRow, form, f"{site.id}-actions"
    )


@router.table("/sites/{site}/actions/effects", "read", "What it gave", Gave)
def effects_of_actions(site: KnownSite, db: Db, now: Now, form: Form) -> Response:
    """Return the effect of each action that was done, computed from the visits before and since once a day.

    A file (CSV, Parquet) holds every action, also those without an effect.
    """
    if form.format == "json":
        return rows(list(_effects(db, site, now).values()), Gave, form, "")
    return rows(ledger_rows(db, site, now), LedgerRow, form, f"{site.id}-actions-effects")


def ledger_rows(db: Database, site: Site, now: datetime) -> list[LedgerRow]:
    """Return the ledger of a site as a table, with what each action gave so far."""
    gave, infos = _effects(db, site, now), get_actions(db, site.id, business_day(now, site))
    return [_row(site.id, a, gave.get(a.action)) for a in infos]


@router.writes("/sites/{site}/actions", "record", "Write down what was asked for", status_code=201)
def add(site: KnownSite, body: Asked, db: Db, now: Now) -> ActionInfo:
    """Put it into the ledger, which is public: it names groups, never people. Its id is made of its title."""
    title = _both(body.title_sv, body.title_en)
    if title is None:
        raise HTTPException(422, messages.NO_TITLE)

    def made(used: Collection[str]) -> Action:
        return Action(
            site=site.id,
            id=_free_id(title.sv, set(used)),
            title=title,
            asked_by=body.asked_by,
            asked=body.asked or business_day(now, site),
            spaces=tuple(sorted(set(body.spaces))),
            weekdays=tuple(dict.fromkeys(body.weekdays)),
        )

    return _info(db, site, now, ledger.add(db, site.id, made, author(body.who), now).id)


@router.writes("/sites/{site}/actions/{action}", "record", "Write down what became of it", method="PATCH")
def amend(site: KnownSite, action: ActionId, body: Became, db: Db, now: Now) -> ActionInfo:
    """Note an answer, since when it is done, or that it was taken back. Every change is kept with its author."""
    name = known_name(action, "action")

    def amended(known: Action) -> Action:
        new = body.answer_sv or body.answer_en
        if new:
            answer = _answer(known.answer, body.answer_sv, body.answer_en)
            known = replace(known, answer=answer, answered=known.answered or business_day(now, site))
        known = replace(known, answered=body.answered or known.answered)
        return replace(
            known, **{n: getattr(body, n) for n in ("done_since", "undone") if n in body.model_fields_set}
        )

    ledger.amend(db, site.id, name, amended, author(body.who), now)
    return _info(db, site, now, name)


def _info(db: Database, site: Site, now: datetime, name: str) -> ActionInfo:
    return next(info for info in get_actions(db, site.id, business_day(now, site)) if info.action == name)


def _both(sv: str, en: str) -> Text | None:
    """Return a text in both languages, of which one may stand for the other."""
    return Text(sv=sv or en, en=en or sv) if sv or en else None


def _answer(known: Text | None, sv: str, en: str) -> Text | None:
    """Return a new answer; where one language stood for both it does so again, else the other one is kept."""
    if known is None or known.sv == known.en:
        return _both(sv, en)
    return Text(sv=sv or known.sv, en=en or known.en)


def _free_id(title: str, used: set[str]) -> str:
    """Return an id made of the title: "Öppet längre" is oppet-langre, and oppet-langre-2 where that is taken."""
    name = id_of(title) or "action"
    numbered = (f"{name}-{n}" for n in range(2, len(used) + 3))
    return name if name not in used else next(n for n in numbered if n not in used)


def _effects(db: Database, site: Site, now: datetime) -> dict[str, Gave]:
    for_site = {a.action: not a.spaces for a in get_actions(db, site.id, business_day(now, site))}

    def as_gave(name: str, effect: ActionEffect) -> Gave:
        return Gave(
            effect=effect,
            sentence=in_both(lambda: narratives.effect_sentence(effect, for_site.get(name, True))),
        )

    return {name: as_gave(name, effect) for name, effect in effects.action_effects(db, site.id).items()}


def _row(site: str, one: ActionInfo, gave: Gave | None) -> LedgerRow:
    sentence = gave.sentence if gave else Text(sv="", en="")
    effect = gave.effect if gave else None
    return like(LedgerRow, one, effect, **_shared(site, one), gave_sv=sentence.sv, gave_en=sentence.en)


def _shared(site: str, one: ActionInfo) -> dict[str, Any]:
    answer = one.answer or Text(sv="", en="")
    return {
        "site": site,
        "id": one.action,
        "title_sv": one.title.sv,
        "title_en": one.title.en,
        "answer_sv": answer.sv,
        "answer_en": answer.en,
        "invented": "yes" if one.invented else "no",
    }
