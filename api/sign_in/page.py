"""The pages of signing in and of admins, as plain HTML: they need no JavaScript."""

from collections.abc import Mapping
from html import escape
from urllib.parse import quote

from starlette.responses import HTMLResponse

from api.security import POLICY
from besok.model.access import Caller, Grant
from besok.model.messages import Translatable
from besok.text import site_words
from besok.text.languages import _, language, translated

PEOPLE = "/admin/people"
POLICY_HERE = POLICY.replace("'self' 'unsafe-inline'", "'self'")


def answer(title: str, body: str, status: int = 200, *, here: str | None, wide: bool = False) -> HTMLResponse:
    """Return a page; `body` is HTML. Its link to the other language leads to `here`; None for one that is shown once.

    What is in its address goes to no other page (Referer), as an invitation is.
    """
    text = f"""<!doctype html>
<html lang="{language()}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">
<title>{escape(title)} – Besök</title><script src="/assets/colours.js"></script>
<link rel="stylesheet" href="/api/static/sign-in.css"><link rel="icon" type="image/svg+xml" href="/free/logo.svg">
</head>
<body>
<header><a href="/">Besök</a>{_other_language(here)}</header>
<main{' class="wide"' if wide else ""}>
<h1>{escape(title)}</h1>
{body}
</main>
</body>
</html>
"""
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": POLICY_HERE}
    # not no-referrer, with which a browser sends forms as if they were somebody else's: `Origin: null`
    return HTMLResponse(text, status, headers=headers | {"Referrer-Policy": "strict-origin"})


def _other_language(here: str | None) -> str:
    other, name = ("sv", "Svenska") if language() == "en" else ("en", "English")
    if here is None:
        return ""
    link = escape(f"{here}{'&' if '?' in here else '?'}lang={other}")
    return f' <a href="{link}" lang="{other}" hreflang="{other}">{name}</a>'


def sign_in(
    *,
    after: str,
    local: bool,
    provider: bool,
    name: str = "",
    problem: Translatable | None = None,
    saved: bool = False,
) -> str:
    """Return the sign-in page, with the error of the last attempt, or that a password was saved."""
    ways = [_provider(after)] if provider else []
    ways += [_local(after, name)] if local else []
    if not ways:
        ways = [_no_accounts()]
    free = _("Public page: free seats and quiet hours")
    problem_html = f'<p class="problem" role="alert">{escape(translated(problem))}</p>' if problem else ""
    if saved:
        text = _("The password is saved. Sign in with it.")
        problem_html += f'<p class="good" role="status">{text}</p>'
    return problem_html + "".join(ways) + _screen(after) + f'<p><a href="/free">{free}</a></p>'


def signed_in(who: Caller, sites: Mapping[str, str]) -> str:
    """Return the page of a signed-in person: name, roles, and sign-out; `sites` are the names of sites, by id."""
    if who.kind == "local":
        why = _(
            "You are at the machine itself, and nobody has an account: Besök signs you in as its administrator. "
            "That ends with the first account."
        )
        return f"<p>{escape(why)}</p>{_onward(who, sites)}"
    as_what = ", ".join(granted(one, sites) for one in who.grants)
    signed = _("{name} is signed in as: {roles}.").format(name=who.name, roles=as_what)
    out = form("/logout", _("Sign out"))
    return f"<p>{escape(signed)}</p>{_onward(who, sites)}{out}"


def signed_out(elsewhere: str) -> str:
    """Return the page after a sign-out; `elsewhere` is where the provider signs out."""
    more, way = _("You may still be signed in at the sign-in service."), _("Sign out there too")
    link = f'<p>{more} <a href="{escape(elsewhere)}">{way}</a></p>' if elsewhere else ""
    text, again = _("You are signed out."), _("Sign in again")
    return f"""<p class="good" role="status">{text}</p>{link}
<p><a class="button" href="/login">{again}</a></p>"""


def granted(grant: Grant, sites: Mapping[str, str]) -> str:
    """Return a role, with the name of the site at which it holds unless that is all of them."""
    role = site_words.roles()[grant.role]
    return f"{role} ({sites.get(grant.site, grant.site)})" if grant.site else role


def _onward(who: Caller, sites: Mapping[str, str]) -> str:
    """Return links to the pages, and to what a caller administers."""
    changes = _("Who changed what")
    links = {
        f"/admin/audit?site={quote(site)}": f"{changes} ({escape(name)})"
        for site, name in sites.items()
        if who.may("administer", site)
    }
    if who.may("administer"):
        links = {PEOPLE: _("People and keys"), "/admin/audit": changes}
    links = {"/": _("To the start page"), **links}
    return "".join(f'<p><a href="{address}">{label}</a></p>' for address, label in links.items())


def _provider(after: str) -> str:
    label = _("Sign in with your work account")
    return f'<p><a class="button" href="/login/provider?next={quote(after)}">{label}</a></p>'


def _local(after: str, name: str) -> str:
    fields = (
        field("name", _("Name"), "username", f'value="{escape(name)}" maxlength="60" required'),
        field("password", _("Password"), "current-password", 'type="password" maxlength="200" required'),
        field(
            "code",
            _("Code from your app, if you use one"),
            "one-time-code",
            'inputmode="numeric" maxlength="8"',
        ),
    )
    return form("/login", _("Sign in"), after, *fields)


def _no_accounts() -> str:
    text = _("Nobody can sign in yet. On the machine that runs Besök, make the first account:")
    return f"<p>{text}</p><p><code>besok user add NAME --role admin</code></p>"


def _screen(after: str) -> str:
    title, verb = _("A wall screen"), _("Open the screen")
    how = _("An administrator makes one, under People and keys.")
    key = field("key", _("Key of the screen"), "off", 'spellcheck="false" maxlength="100" required')
    return f"""<details><summary>{title}</summary>
{form("/login/screen", verb, after, key)}
<p class="quiet">{how}</p></details>"""


def form(address: str, verb: str, after: str | None = None, *fields: str) -> str:
    """Return a form that leads to `after` once it was sent."""
    hidden = "" if after is None else f'<input type="hidden" name="next" value="{escape(after)}">'
    return f"""<form method="post" action="{address}">{hidden}
{"".join(fields)}<button>{verb}</button></form>"""


def field(name: str, label: str, completed: str, more: str) -> str:
    """Return a field with its label; `completed` is its autocomplete value."""
    return f"""<label for="{name}">{label}</label>
<input id="{name}" name="{name}" autocomplete="{completed}" autocapitalize="none" {more}>
"""
