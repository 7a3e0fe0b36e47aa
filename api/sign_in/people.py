"""The pages of administrators as plain HTML: who may sign in, which keys there are, and who changed what."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from api.sign_in.page import PEOPLE, field, form, granted
from besok.model.access import Grant
from besok.services.accounts import MOST_DAYS
from besok.store.accounts import Account
from besok.store.audit import AuditEntry
from besok.store.sessions import Key
from besok.text import audit_text, formats, site_words
from besok.text.languages import _, collation_key

LONGEST_NAME: Final = 60  # characters
EVERYWHERE: Final = "role"  # the field of the role at all sites; "role-park" is that of the role at the park

Sites = Mapping[str, str]  # names of sites, by id


def people(
    accounts: Sequence[Account],
    keys: Sequence[Key],
    sites: Sites,
    zone: str,
    refused: Callable[[str], str] | None = None,
) -> str:
    """Return the accounts and keys, each with what can be changed of it, and the forms for new ones.

    Days are those of a time zone. The fields of a `refused` invitation stand in its form again.
    """
    name = f'maxlength="{LONGEST_NAME}" required'
    login, display = (f'value="{escape(refused(key))}"' if refused else "" for key in ("name", "display"))
    fields = field("name", _("Name to sign in with"), "off", f"{name} {login}")
    fields += field("display", _("Name shown with changes"), "off", f'maxlength="{LONGEST_NAME}" {display}')
    days = f'type="number" min="1" max="{MOST_DAYS}" value="365" required'
    key_fields = field("key", _("Name of the program or the screen"), "off", name)
    key_fields += _select("role", "key-role", _("Role"), "viewer", none=False)
    key_fields += _options("site", "key-site", _("Where"), {"": _("all sites"), **sites}, "")
    key_fields += field("days", _("Days until it expires"), "off", days)
    invite, make, changes = _("Invite somebody"), _("Make a key"), _("Who changed what")
    about = _("Whoever is invited chooses a password by a link that you pass on.")
    shown = _("For a wall screen or a program. The key is shown once.")
    nobody, no_keys = _("Nobody has an account."), _("There are no keys.")
    first = _("Once there is an account, nobody can sign in without a password: keep its link.")
    accounts_title, keys_title = _("Accounts"), _("Keys")
    roles = _roles((), sites, "new")
    opened = " open" if refused else ""
    return f"""<h2>{accounts_title}</h2>
{"".join(_account(one, sites, zone) for one in accounts) or f"<p>{nobody} {first}</p>"}
<details{opened}><summary>{invite}</summary><p>{about}</p>
{form(f"{PEOPLE}/invite", invite, None, fields, roles)}</details>
<h2>{keys_title}</h2>
{"".join(_key(one, sites, zone) for one in keys) or f"<p>{no_keys}</p>"}
<details><summary>{make}</summary><p>{shown}</p>{form(f"{PEOPLE}/key", make, None, key_fields)}</details>
<p><a href="/admin/audit">{changes}</a></p>"""


def done(sentence: str, secret: str = "", keys: Sequence[str] = ()) -> str:
    """Return the notice that something was done, with what is shown only now, and forms that revoke `keys`."""
    only_now = _("This is shown only now:")
    shown = f"<p>{only_now}</p><p><code>{escape(secret)}</code></p>" if secret else ""
    ends = "".join(_end(key, escape(_("Revoke the key {key}").format(key=key))) for key in keys)
    return f'<div class="good" role="status">{escape(sentence)}{shown}{ends}</div>'


def problem(sentence: str) -> str:
    """Return the notice that something was not done, and why."""
    return f'<p class="problem" role="alert">{escape(sentence[:1].upper() + sentence[1:])}</p>'


def choose_password(name: str, invited: str) -> str:
    """Return the form in which an invited person chooses a password."""
    hidden = "".join(
        f'<input type="hidden" name="{key}" value="{escape(value)}">'
        for key, value in (("name", name), ("invited", invited))
    )
    typed = 'type="password" minlength="12" maxlength="200" required'
    first = field("password", _("Password of 12 characters or more"), "new-password", typed)
    again = field("again", _("The same password again"), "new-password", typed)
    welcome = _("You sign in as {name}. Several words are easy to remember.").format(name=name)
    ways = form("/login/invitation", _("Save the password"), None, hidden, first, again)
    return f"<p>{escape(welcome)}</p>{ways}"


def audit(
    entries: Sequence[AuditEntry],
    asked: Mapping[str, str],
    older: int | None,
    sites: Sites,
    *,
    zone: str,
    people: bool,
) -> str:
    """Return the audit as a table below the form that filters it, with links to older entries and to the `people`.

    Times are those of a time zone. Changes of all sites can be asked for by those who may see the `people`.
    """
    head = (_("When"), _("Who"), _("What"), _("Where"), _("Of what"), _("Details"))
    kinds = {str(kind): name for kind, name in audit_text.kinds().items()}
    actors = audit_text.actors()
    lines = "".join(
        _row(
            _clock(e.at, zone),
            actors.get(e.actor, e.actor),
            kinds.get(e.action, e.action),
            sites.get(e.site, e.site),
            sites.get(e.subject, e.subject) if e.subject == e.site else e.subject,
            e.detail,
        )
        for e in entries
    )
    label, caption = (
        _("Who changed what"),
        _("Times are in the time zone {zone}. Nothing here can be changed or removed."),
    )
    caption = escape(caption.format(zone=zone))
    title = _("People and keys")
    everybody = f'<p><a href="{PEOPLE}">{title}</a></p>' if people else ""
    show, file, before = _("Show"), _("As a file"), _("Older entries")
    more = f'<p><a href="?{_query(asked, before=str(older))}">{before}</a></p>' if older else ""
    actor = escape(actors.get(asked.get("actor", ""), asked.get("actor", "")))
    filters = field("actor", _("Who"), "off", f'value="{actor}" maxlength="200"')
    choices = {"": _("everything"), **dict(sorted(kinds.items(), key=lambda kind: collation_key(kind[1])))}
    filters += _options("action", "action", _("What"), choices, asked.get("action", ""))
    chosen = asked.get("site", "")
    places = {chosen: chosen, **({"": _("all sites")} if people else {}), **sites}  # it may have been removed
    filters += _options("site", "site", _("Where"), places, chosen)
    return f"""<form method="get" class="filter">{filters}<button>{show}</button></form>
<div class="scroll" tabindex="0" role="region" aria-label="{label}">
<table><caption>{caption}</caption>
<thead><tr>{"".join(f"<th scope=col>{name}</th>" for name in head)}</tr></thead>
<tbody>{lines}</tbody></table></div>{more}
<p><a href="/api/v1/audit?{_query(asked, format="csv")}">{file}</a></p>{everybody}"""


def _clock(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S %Z}"


def _query(asked: Mapping[str, str], **more: str) -> str:
    return escape(urlencode({**asked, **more}))


def _row(*cells: str) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _account(account: Account, sites: Sites, zone: str) -> str:
    """Return an account, with the forms that change it below."""
    name = f'<input type="hidden" name="name" value="{escape(account.name)}">'
    roles = ", ".join(granted(grant, sites) for grant in account.grants) or _("no role")
    roles = _("blocked") if account.blocked else roles
    seen = (
        _("signed in {day}").format(day=formats.day_of(account.signed_in, zone))
        if account.signed_in
        else _("never signed in")
    )
    block = {"block": _("Block")}
    ways = {"sessions": _("Sign out everywhere"), "remove": _("Remove the account")}
    if account.issuer:
        ways = ({"unblock": _("Unblock")} if account.blocked else block) | ways
        text = _("The sign-in service says at each sign-in which roles this account has.")
        change = f"<p>{text}</p>"
    else:
        chosen = _roles(account.grants, sites, f"of-{account.name}")
        change = form(f"{PEOPLE}/role", _("Give these roles"), None, name, chosen)
        ways = {"link": _("New link to choose a password")} | block | ways
    buttons = "".join(form(f"{PEOPLE}/{way}", verb, None, name) for way, verb in ways.items())
    who = account.display if account.display == account.name else f"{account.display} ({account.name})"
    return f"<details><summary>{escape(f'{who} · {roles} · {seen}')}</summary>{change}{buttons}</details>"


def _key(key: Key, sites: Sites, zone: str) -> str:
    """Return a key, with the form that ends it."""
    role = granted(Grant(role=key.role, site=key.site), sites)
    until = _("until {day}").format(day=formats.day_of(key.expires, zone))
    who = audit_text.actors().get(key.author) or formats.author(key.author)
    made = _("made by {who}").format(who=who)
    used = _("used {day}").format(day=formats.day_of(key.used, zone)) if key.used else _("never used")
    summary = escape(" · ".join((key.name, role, until, made, used)))
    end = _end(key.name, _("Revoke the key"))
    return f"<details><summary>{summary}</summary>{end}</details>"


def _end(key: str, verb: str) -> str:
    """Return the form that revokes a key."""
    return form(f"{PEOPLE}/revoke", verb, None, f'<input type="hidden" name="key" value="{escape(key)}">')


def _roles(grants: Sequence[Grant], sites: Sites, here: str) -> str:
    """Return a choice of role at all sites and at each; `here` keeps the ids of several forms apart."""
    chosen = {grant.site: grant.role for grant in grants}
    everywhere = _select(EVERYWHERE, f"{here}-role", _("Role at all sites"), chosen.get(None, ""))
    return everywhere + "".join(
        _select(
            f"{EVERYWHERE}-{site}",
            f"{here}-role-{site}",
            _("Role at {site}").format(site=name),
            chosen.get(site, ""),
        )
        for site, name in sites.items()
    )


def _select(name: str, field_id: str, label: str, chosen: str, *, none: bool = True) -> str:
    return _options(
        name,
        field_id,
        label,
        {**({"": "–"} if none else {}), **site_words.roles()},
        chosen,
    )


def _options(name: str, field_id: str, label: str, choices: Mapping[str, str], chosen: str) -> str:
    entries = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(text)}</option>'
        for value, text in choices.items()
    )
    here = escape(field_id)
    return f'<label for="{here}">{escape(label)}</label><select id="{here}" name="{escape(name)}">{entries}</select>'
