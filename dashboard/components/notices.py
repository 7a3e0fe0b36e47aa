"""Notices for empty pages."""

from datetime import datetime
from typing import Any

from dash import dcc, html

from besok.model.errors import BesokError, SignInNeeded
from besok.text import formats
from besok.text.languages import _
from dashboard.components.elements import HIDDEN, data


def notice(heading: str, *lines: Any, icon: str = "empty", title: str = "") -> Any:
    """Return a page of one message: what is the matter, and what to do; `title` is the window's, if it is another."""
    return html.Section(
        [
            html.Div(className=f"notice-icon {icon}", **HIDDEN),
            html.H1(heading),
            *[html.P(x) for x in lines],
        ],
        className="notice",
        **data(title=title or heading),
    )


def not_found() -> Any:
    """Return the notice that there is no such page, site or space."""
    link = dcc.Link(_("To the start page"), href="/")
    return notice(
        _("There is no such page"), _("The address may be misspelt, or the place was renamed."), link
    )


def no_access(why: BesokError) -> Any:
    """Return the notice that nobody is signed in, or lacks a role for this, with a link to sign in."""
    if isinstance(
        why, SignInNeeded
    ):  # an expired session: reloading the address leads to signing in and back
        link = html.A(_("Sign in"), href="/login", **data(retry="1"))
        return notice(_("Sign in to see this"), _("It is not public."), link)
    text = _("Ask an administrator of Besök for a role that allows it.")
    return notice(_("You may not see this"), text, html.A(_("Who is signed in"), href="/login"))


def unavailable() -> Any:
    """Return the notice that the database does not answer."""
    return _retried(_("The database does not answer"), _("Readings are kept by the broker meanwhile."))


def outdated() -> Any:
    """Return the notice that the database is not of the program's version."""
    older = _("One of them is older. Whoever runs Besök has to upgrade the database to this version.")
    return _retried(_("The database does not fit the program"), older)


def _retried(heading: str, text: str) -> Any:
    again = html.Span(_("The page tries again by itself."), **data(retry="5"))
    return notice(heading, text, again, icon="broken")


def nothing(title: str, advice: str) -> Any:
    """Return a part of a page without data."""
    return html.Div([html.P(title, className="strong"), html.P(advice)], className="nothing")


def not_receiving(since: datetime | None, zone: str, now: datetime) -> list[Any]:
    """Return a banner where it is Besök that receives nothing, not a sensor that sends nothing."""
    if since is None:
        return []
    text = _(
        "Besök has received nothing since {time}, whatever the sensors are sending. Contact whoever runs it."
    )
    return [html.Div(text.format(time=formats.lately(since, zone, now)), className="sandbox", role="alert")]


def simulated(sandbox: bool) -> list[Any]:
    """Return a banner above everything else where the figures are not about people."""
    texts = [
        html.Strong(_("Simulated data")),
        html.Span(_("No figure here is about real people.")),
    ]
    return [html.Div(texts, className="sandbox", role="note")] if sandbox else []
