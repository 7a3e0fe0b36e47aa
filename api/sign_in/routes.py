"""Routes of sign-in and sign-out: local account, key of a wall screen, or provider."""

import asyncio
import base64
import json
import logging
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.deps import Now, needs
from api.limits import network_of
from api.sign_in import page
from api.sign_in.gate import UNDER_WAY, UNDER_WAY_S, Address, Gate, cookies
from besok.model import messages
from besok.model.controls import has_controls
from besok.model.errors import NotAllowed
from besok.model.messages import Translatable
from besok.services import access, sign_in
from besok.services.places import get_sites
from besok.services.sign_in import Opened, SignInRefused
from besok.store import accounts, sessions
from besok.text.languages import _, named

router = APIRouter(include_in_schema=False, dependencies=[needs("open")])

log = logging.getLogger(__name__)
REFUSED = {"action": "sign_in_refused"}
KNOWN, KNOWN_S = "-known-", 365 * 24 * 3600  # cookie of a browser in which somebody has signed in
LARGEST = 20_000  # bytes of a form
INSIDE = re.compile(r"/(?![/\\])[^\x00-\x1f\\]*")  # an address of ours
After = Annotated[str, Query(alias="next", max_length=2000)]


async def _gate(request: Request) -> Gate:
    gate: Gate = request.app.state.gate
    return gate


AtGate = Annotated[Gate, Depends(_gate)]


@router.get("/login")
def login(
    request: Request, gate: AtGate, after: After = "/", out: str = "", chosen: str = ""
) -> HTMLResponse:
    """Show the ways to sign in, also to somebody who has `chosen` a password, or the signed-in person."""
    who, address = access.caller(), gate.address(request.headers)
    if who.error:
        raise who.error
    if who.kind in ("account", "key", "local"):
        sites = {one.site: named(one.name) for one in get_sites(gate.db)}
        return page.answer(_("Signed in"), page.signed_in(who, sites), here="/login")
    if out:
        back = f"{address.origin}/login"
        elsewhere = gate.provider.sign_out_at(back) if gate.provider.issuer else ""
        return page.answer(_("Signed out"), page.signed_out(elsewhere), here="/login?out=1")
    if not address.usable:
        return _refused(gate, after, SignInRefused(messages.INSECURE))
    return _ways(gate, after, name=chosen, saved=bool(chosen))


@router.post("/login")
async def login_local(request: Request, gate: AtGate, now: Now) -> Response:
    """Sign in with a local account."""
    form, address = await form_of(request), gate.address(request.headers)
    name, after = form("name"), form("next")

    mark = address.cookie + KNOWN + sign_in.browser_mark(name)
    known = {"address": network_of(request.scope), "browser": cookies(request.headers).get(mark, "")}

    def enter() -> Opened:
        typed = (name, form("password"), form("code"))
        return sign_in.sign_in(gate.db, *typed, now=now, lasts=gate.lasts, **known)

    return await _entered(request, gate, address, after, enter, name)


@router.post("/login/screen")
async def login_screen(request: Request, gate: AtGate, now: Now) -> Response:
    """Sign a wall screen in with its key."""
    form, address = await form_of(request), gate.address(request.headers)
    key, after = form("key"), form("next")
    return await _entered(request, gate, address, after, lambda: sign_in.sign_in_screen(gate.db, key, now))


@router.get("/login/provider")
def login_provider(request: Request, gate: AtGate, after: After = "/") -> Response:
    """Redirect to the provider."""
    address = gate.address(request.headers)
    try:
        if not (gate.provider.issuer and address.usable):
            raise SignInRefused(messages.INSECURE if gate.provider.issuer else messages.PROVIDER_FAILED)
        started = gate.provider.start(_callback(address))
    except SignInRefused as exc:
        return _refused(gate, after, exc)
    state = {"state": started.state, "nonce": started.nonce, "verifier": started.verifier, "next": after}
    value = base64.urlsafe_b64encode(json.dumps(state).encode()).decode()
    leading = RedirectResponse(started.url, 303)
    leading.headers.append("set-cookie", address.set_cookie(address.cookie + UNDER_WAY, value, UNDER_WAY_S))
    return leading


@router.get("/login/callback")
def login_callback(request: Request, gate: AtGate, now: Now) -> Response:
    """Complete a sign-in at the provider."""
    address = gate.address(request.headers)
    state = _under_way(cookies(request.headers).get(address.cookie + UNDER_WAY, ""))
    after = state.get("next", "/")
    try:
        if not state:
            raise SignInRefused(messages.PROVIDER_FAILED)
        answer = f"{_callback(address)}?{request.url.query}"
        person = gate.provider.finish(_callback(address), answer, state)
        account_id, name = accounts.of_provider(
            gate.db, gate.provider.issuer, person.subject, person.names, person.grants, now
        )
        about = {"lasts": gate.lasts, "provider_session": person.session}
        opened = sign_in.open_session(gate.db, account_id, name, now=now, **about)  # type: ignore[arg-type]
    except NotAllowed:
        return _refused(gate, after, SignInRefused(messages.ACCOUNT_BLOCKED))
    except SignInRefused as exc:
        return _refused(gate, after, exc)
    entering = _let_in(address, opened, after, gate.lasts)
    entering.headers.append("set-cookie", address.set_cookie(address.cookie + UNDER_WAY, "", 0))
    return entering


@router.post("/login/backchannel")
async def backchannel(request: Request, gate: AtGate) -> Response:
    """End a session that the provider has ended (OpenID Connect back-channel logout)."""
    form = await form_of(request)
    try:
        person, session = await asyncio.to_thread(gate.provider.ended, form("logout_token"))
    except SignInRefused as exc:
        return Response(str(exc), 400, headers={"Cache-Control": "no-store"})
    await asyncio.to_thread(sessions.end_of_provider, gate.db, gate.provider.issuer, person, session)
    return Response("", 200, headers={"Cache-Control": "no-store"})


@router.post("/logout")
def logout(request: Request, gate: AtGate) -> Response:
    """End the caller's session."""
    who, address = access.caller(), gate.address(request.headers)
    if who.session is not None:
        sessions.end(gate.db, who.session, who.name)
    leaving = RedirectResponse("/login?out=1", 303)
    leaving.headers.append("set-cookie", address.set_cookie(address.cookie, "", 0))
    return leaving


async def _entered(
    request: Request, gate: Gate, address: Address, after: str, enter: Callable[[], Opened], name: str = ""
) -> Response:
    """Open a session by `enter` and redirect to `after`, or return the page with the error."""
    try:
        if not address.usable:
            raise SignInRefused(messages.INSECURE)
        opened = await asyncio.to_thread(enter)
    except SignInRefused as exc:
        if not exc.wait_s:  # what was typed as a name may be a password
            log.warning("A sign-in from %s was refused: %s", network_of(request.scope), exc, extra=REFUSED)
        return await asyncio.to_thread(_refused, gate, after, exc, name)
    who = access.caller()
    if who.session is not None:  # the one before is not left behind
        await asyncio.to_thread(sessions.end, gate.db, who.session, who.name)
    entering = _let_in(address, opened, after, opened.expires - request.app.state.clock())
    if opened.browser:
        mark = address.cookie + KNOWN + sign_in.browser_mark(name)
        entering.headers.append("set-cookie", address.set_cookie(mark, opened.browser, KNOWN_S))
    return entering


def _let_in(address: Address, opened: Opened, after: str, lasts: timedelta) -> Response:
    entering = RedirectResponse(after if INSIDE.fullmatch(after) else "/", 303)
    set_cookie = address.set_cookie(address.cookie, opened.token, int(lasts.total_seconds()))
    entering.headers.append("set-cookie", set_cookie)
    entering.headers["cache-control"] = "no-store"
    return entering


def _refused(gate: Gate, after: str, exc: SignInRefused, name: str = "") -> HTMLResponse:
    answer = _ways(gate, after, 429 if exc.wait_s else 403, name=name, problem=exc.message)
    if exc.wait_s:
        answer.headers["Retry-After"] = str(exc.wait_s)
    return answer


def _ways(
    gate: Gate,
    after: str,
    status: int = 200,
    *,
    name: str = "",
    problem: Translatable | None = None,
    saved: bool = False,
) -> HTMLResponse:
    local = accounts.any_local(gate.db)
    ways = page.sign_in(
        after=after, local=local, provider=bool(gate.provider.issuer), name=name, problem=problem, saved=saved
    )
    return page.answer(_("Sign in"), ways, status, here=f"/login?{urlencode({'next': after})}")


def _callback(address: Address) -> str:
    return f"{address.origin}/login/callback"


def _under_way(value: str) -> dict[str, str]:
    with suppress(ValueError):
        state = json.loads(base64.urlsafe_b64decode(value))
        if isinstance(state, dict) and {"state", "nonce", "verifier"} <= state.keys():
            return {key: str(text) for key, text in state.items()}
    return {}


async def form_of(request: Request) -> Callable[[str], str]:
    """Return the values of a submitted form, by their names."""
    body = await request.body()
    fields = parse_qs(body[:LARGEST].decode("utf-8", "replace"), keep_blank_values=True)
    if any(has_controls(text) for texts in fields.values() for text in texts):
        raise HTTPException(422, messages.CONTROL_CHARACTERS)
    return lambda name: fields.get(name, [""])[0]
