"""Routes of administrators: accounts, keys and the audit; and of those whom they invite."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.deps import Db, Now, needs
from api.sign_in import page, people
from api.sign_in.routes import AtGate, form_of
from besok.model import messages
from besok.model.access import ACTOR, RIGHTS, Grant, Role
from besok.model.errors import BesokError, NotAllowed, NotFound, StoreRefused
from besok.model.messages import Translatable
from besok.services import access, accounts, sign_in
from besok.store import accounts as stored
from besok.store import audit, sessions, sites
from besok.store.database import Database
from besok.text import audit_text
from besok.text.languages import _, named, translated

router = APIRouter(include_in_schema=False)

PAGE: Final = 200  # entries of the audit
Before = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
Given = Callable[[str], str]  # the value of a field of the form
Change = Callable[[Database, Given, str, datetime], str]  # makes it, and returns what the page says


class NotSo(BesokError):
    """Something in the form cannot be."""


@router.get("/admin/people", dependencies=[needs("administer")])
def people_page(db: Db) -> HTMLResponse:
    """Show who may sign in, and the keys."""
    return _people(db)


@router.get("/admin/people/{change}", dependencies=[needs("administer")])
async def after_change(change: str) -> RedirectResponse:
    """Lead from the answer to a form, whose address this is, back to the page."""
    return RedirectResponse(page.PEOPLE, 303)


@router.post("/admin/people/{change}", dependencies=[needs("administer")])
async def change_people(change: str, request: Request, gate: AtGate, db: Db, now: Now) -> HTMLResponse:
    """Make a change of an account or a key, and say on the page that it is made, or why not."""
    if change not in CHANGES:
        raise NotFound(change)
    given, origin = await form_of(request), gate.link_origin(request.headers)
    return await asyncio.to_thread(_changed, db, change, given, origin, now)


def _changed(db: Database, change: str, given: Given, origin: str, now: datetime) -> HTMLResponse:
    try:
        return _people(db, CHANGES[change](db, given, origin, now))
    except (NotSo, NotFound, NotAllowed, StoreRefused) as exc:
        if exc.__cause__:  # an error of the database itself, which says nothing to the reader of a page
            raise
        return _people(db, people.problem(_sentence(exc)), 409, given if change == "invite" else None)


def _people(db: Database, notice: str = "", status: int = 200, refused: Given | None = None) -> HTMLResponse:
    body = people.people(stored.load_all(db), sessions.keys(db), _sites(db), _zone(db), refused)
    return page.answer(_("People and keys"), notice + body, status, here=None if notice else page.PEOPLE)


def _sites(db: Database) -> Mapping[str, str]:
    return {site.id: named(site.name) for site in sites.load_all(db)}


def _zone(db: Database, site: str | None = None) -> str:
    """Return the time zone of a site, or of the first one."""
    zones = {place.id: place.timezone for place in sites.load_all(db)}
    return zones.get(site or "") or next(iter(zones.values()), "UTC")


def _sentence(exc: BesokError) -> str:
    return translated(exc.message) if isinstance(exc.message, Translatable) else str(exc)


def _name(text: str) -> str:
    """Return a name that was typed. Raises NotSo."""
    if not 1 <= len(text.strip()) <= people.LONGEST_NAME:
        raise NotSo(messages.ACCOUNT_NAME(most=people.LONGEST_NAME))
    return text.strip()


def _grants(db: Database, given: Given) -> list[Grant]:
    """Return the roles that were chosen, at all sites and at each. Raises NotSo without any."""
    chosen: dict[str | None, str] = {None: given(people.EVERYWHERE)}
    chosen |= {site: given(f"{people.EVERYWHERE}-{site}") for site in _sites(db)}
    grants = [Grant(role=_role(role), site=site) for site, role in chosen.items() if role]
    if not grants:
        raise NotSo(messages.ROLE_NEEDED)
    return grants


def _role(text: str) -> Role:
    for role in RIGHTS:
        if role == text:
            return role
    raise NotSo(messages.ROLE_NEEDED)


def _link(name: str, invited: str, origin: str) -> str:
    return f"{origin}/login/invitation?{urlencode({'name': name, 'invited': invited})}"


def _invite(db: Database, given: Given, origin: str, now: datetime) -> str:
    name = _name(given("name")).lower()
    display = given("display").strip()[: people.LONGEST_NAME]
    invited = accounts.invite(db, name, display, _grants(db, given), now)
    text = _("{name} is invited. Pass this link on; it holds for a week.").format(name=name)
    return people.done(text, _link(name, invited, origin))


def _new_link(db: Database, given: Given, origin: str, now: datetime) -> str:
    name = given("name")
    text = _("Pass this link on to {name}; it holds for a week.").format(name=name)
    return people.done(text, _link(name, accounts.invitation(db, name, now), origin))


def _set_roles(db: Database, given: Given, _origin: str, _now: datetime) -> str:
    accounts.set_roles(db, given("name"), _grants(db, given))
    return people.done(_("The roles of {name} are changed.").format(name=given("name")))


def _changing(
    change: Callable[[Database, str], object], sentence: Translatable, *, leaves: bool = False
) -> Change:
    """Return the handler of a change that needs nothing but a name; the keys of somebody who `leaves` are named."""

    def handle(db: Database, given: Given, _origin: str, now: datetime) -> str:
        name = given("name")
        everybody = stored.load_all(db)
        known_as = {one.display for one in everybody if leaves and one.name == name}
        others = {one.display for one in everybody if one.name != name}
        change(db, name)
        made = [key.name for key in sessions.keys(db) if key.author in known_as and key.expires > now]
        text = _("Keys that this person made are still valid: {keys}.").format(keys=", ".join(made))
        notice = f"{translated(sentence(name=name))} {text if made else ''}".strip()
        return people.done(notice, keys=[] if known_as & others else made)

    return handle


def _make_key(db: Database, given: Given, _origin: str, now: datetime) -> str:
    name, days = _name(given("key")), given("days")
    if not (days.isdecimal() and len(days) < 5 and 1 <= int(days) <= accounts.MOST_DAYS):
        raise NotSo(messages.KEY_DAYS(most=accounts.MOST_DAYS))
    grant = Grant(role=_role(given("role")), site=given("site") or None)
    key, _expires = accounts.add_key(db, name, grant, int(days), ACTOR.get(), now)
    return people.done(_("The key {name} is made.").format(name=name), key)


def _revoke(db: Database, given: Given, _origin: str, now: datetime) -> str:
    sessions.revoke_key(db, given("key"), now)
    return people.done(_("The key {name} is revoked.").format(name=given("key")))


CHANGES: Final[Mapping[str, Change]] = {
    "invite": _invite,
    "link": _new_link,
    "role": _set_roles,
    "block": _changing(
        accounts.block,
        Translatable("{name} is blocked until somebody gives the account a role again."),
        leaves=True,
    ),
    "unblock": _changing(stored.unblock, Translatable("{name} can sign in again, at the sign-in service.")),
    "sessions": _changing(stored.end_sessions, Translatable("{name} is signed out everywhere.")),
    "remove": _changing(accounts.remove, Translatable("The account {name} is removed."), leaves=True),
    "key": _make_key,
    "revoke": _revoke,
}


@router.get("/login/invitation", dependencies=[needs("open")])
def invitation(name: str = "", invited: str = "") -> HTMLResponse:
    """Show the form in which an invited person chooses a password."""
    return _choose(name, invited)


@router.post("/login/invitation", dependencies=[needs("open")])
async def accept(request: Request, gate: AtGate, now: Now) -> Response:
    """Set the password of an invited person, who signs in with it then."""
    given = await form_of(request)
    name, invited, password = given("name"), given("invited"), given("password")
    try:
        if password != given("again"):
            raise NotSo(messages.PASSWORDS_DIFFER)
        await asyncio.to_thread(accounts.accept, gate.db, name, invited, password, now)
    except ValueError:
        return _again(name, invited, messages.PASSWORD_LENGTH(least=sign_in.SHORTEST, most=sign_in.LONGEST))
    except (NotSo, sign_in.SignInRefused) as exc:
        return _again(name, invited, exc.message)
    return RedirectResponse(f"/login?{urlencode({'chosen': name})}", 303)


def _again(name: str, invited: str, problem: str | Translatable | None) -> HTMLResponse:
    sentence = translated(problem) if isinstance(problem, Translatable) else str(problem)
    return _choose(name, invited, people.problem(sentence), 403)


def _choose(name: str, invited: str, notice: str = "", status: int = 200) -> HTMLResponse:
    body = notice + people.choose_password(name, invited)
    return page.answer(_("Choose a password"), body, status, here=_link(name, invited, ""))


@router.get("/admin/audit", dependencies=[needs("administer")])
def audit_page(
    db: Db,
    site: str | None = None,
    actor: str | None = None,
    action: str | None = None,
    before: Before = None,
) -> HTMLResponse:
    """Show the audit of a site or of all, of one person, of one kind of change."""
    typed = (actor or "").strip()
    actors = {words: name for name, words in audit_text.actors().items()}
    asked = {"site": site or None, "actor": actors.get(typed, typed) or None, "action": action or None}
    entries = audit.entries(db, audit_text.detail, **asked, before=before, limit=PAGE)
    older = entries[-1].entry_id if len(entries) == PAGE else None
    known = {key: value for key, value in asked.items() if value}
    here = f"/admin/audit?{urlencode(known | ({'before': str(before)} if before else {}))}"
    names = {site: name for site, name in _sites(db).items() if access.may("administer", site)}
    body = people.audit(entries, known, older, names, zone=_zone(db, site), people=access.may("administer"))
    return page.answer(_("Who changed what"), body, here=here, wide=True)
