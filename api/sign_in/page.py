"""The pages of signing in and of admins, as plain HTML: they need no JavaScript."""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from starlette.responses import HTMLResponse

from api.security import POLICY
from besok.model.access import Caller, Role
from besok.model.messages import Translatable
from besok.store.audit import AuditEntry
from besok.text.languages import _, language, translated

POLICY_HERE = POLICY.replace("'self' 'unsafe-inline'", "'self'")


def answer(title: str, body: str, status: int = 200, *, wide: bool = False) -> HTMLResponse:
    """Return a page; `body` is HTML."""
    other, name = ("sv", "Svenska") if language() == "en" else ("en", "English")
    text = f"""<!doctype html>
<html lang="{language()}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">
<title>{escape(title)} – Besök</title>
<link rel="stylesheet" href="/api/static/sign-in.css">
</head>
<body>
<header><a href="/">Besök</a> <a href="?lang={other}" lang="{other}" hreflang="{other}">{name}</a></header>
<main{' class="wide"' if wide else ""}>
<h1>{escape(title)}</h1>
{body}
</main>
</body>
</html>
"""
    kept = {"Cache-Control": "no-store", "Content-Security-Policy": POLICY_HERE}
    return HTMLResponse(text, status, headers=kept)


def sign_in(
    *, after: str, local: bool, provider: bool, name: str = "", problem: Translatable | None = None
) -> str:
    """Return the ways to sign in, and what went wrong with the last attempt."""
    ways = [_provider(after)] if provider else []
    ways += [_local(after, name)] if local else []
    if not ways:
        ways = [_nobody()]
    told = f'<p class="problem" role="alert">{escape(translated(problem))}</p>' if problem else ""
    return told + "".join(ways) + _screen(after)


def signed_in(who: Caller) -> str:
    """Return who is signed in, as what, and the way out."""
    as_what = ", ".join(_role(g.role) + (f" ({g.site})" if g.site else "") for g in who.grants)
    if who.kind == "local":
        why = _(
            "You are at the machine itself, and nobody has an account: Besök signs its administrator in by itself. "
            "The first account ends that."
        )
        return f"<p>{escape(why)}</p><p><code>besok user add NAME --role admin</code></p>"
    told = _("{name} is signed in as: {roles}.").format(name=who.name, roles=as_what)
    admin = f'<p><a href="/admin/audit">{_("Who changed what")}</a></p>' if who.may("administer") else ""
    return f"""<p>{escape(told)}</p>{admin}
<form method="post" action="/logout"><button>{_("Sign out")}</button></form>"""


def signed_out(elsewhere: str) -> str:
    """Return what follows a sign-out."""
    more = _("You may still be signed in at the provider.")
    link = f'<p>{more} <a href="{escape(elsewhere)}">{_("Sign out there too")}</a></p>' if elsewhere else ""
    return f"""<p class="good" role="status">{_("You are signed out.")}</p>{link}
<p><a class="button" href="/login">{_("Sign in again")}</a></p>"""


def audit(entries: Sequence[AuditEntry], older: int | None) -> str:
    """Return the audit as a table, and the way to what is older."""
    head = [_("When"), _("Who"), _("What"), _("Where"), _("Of what"), _("Details")]
    cells = "".join(f"<th scope=col>{h}</th>" for h in head)
    lines = "".join(
        "<tr>"
        + "".join(
            f"<td>{escape(c)}</td>"
            for c in (f"{e.at:%Y-%m-%d %H:%M:%S}", e.actor, e.action, e.site, e.subject, e.detail)
        )
        + "</tr>"
        for e in entries
    )
    caption = _("Times are UTC. Nothing here can be changed or removed.")
    more = f'<p><a href="?before={older}">{_("Older entries")}</a></p>' if older else ""
    files = f'<p><a href="/api/v1/audit?format=csv">{_("As a file")}</a></p>'
    return f"""<div class="scroll" tabindex="0" role="region" aria-label="{_("Who changed what")}">
<table><caption>{caption}</caption><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table></div>{more}{files}"""


def _provider(after: str) -> str:
    where = f"/login/provider?next={quote(after)}"
    return f'<p><a class="button" href="{where}">{_("Sign in with your work account")}</a></p>'


def _local(after: str, name: str) -> str:
    return f"""<form method="post" action="/login">
<input type="hidden" name="next" value="{escape(after)}">
<label for="name">{_("Name")}</label>
<input id="name" name="name" value="{escape(name)}" autocomplete="username" autocapitalize="none" maxlength="60"
 required>
<label for="password">{_("Password")}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200">
<label for="code">{_("Code from your app, if you use one")}</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="8">
<button>{_("Sign in")}</button>
</form>"""


def _nobody() -> str:
    said = _("Nobody can sign in yet. On the machine that runs Besök, make the first account:")
    return f"<p>{said}</p><p><code>besok user add NAME --role admin</code></p>"


def _screen(after: str) -> str:
    return f"""<details><summary>{_("A wall screen")}</summary>
<form method="post" action="/login/screen">
<input type="hidden" name="next" value="{escape(after)}">
<label for="key">{_("Key of the screen")}</label>
<input id="key" name="key" autocomplete="off" autocapitalize="none" spellcheck="false" required maxlength="100">
<button>{_("Open")}</button>
</form>
<p class="quiet">{_("Whoever looks after Besök makes one:")} <code>besok key add SCREEN --role viewer</code></p>
</details>"""


def _role(role: Role) -> str:
    return {
        "viewer": _("viewer"),
        "manager": _("manager"),
        "planner": _("planner"),
        "technician": _("technician"),
        "admin": _("administrator"),
    }[role]
