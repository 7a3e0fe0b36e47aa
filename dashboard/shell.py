"""Frame of every page: the bar with name, navigation, connection, language and colours."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from besok.model.access import SCENARIO_SANDBOX
from besok.model.views.live import SiteInfo
from besok.services import access
from besok.text.languages import _, language
from dashboard.address import Address
from dashboard.components.elements import HIDDEN, aria, data
from dashboard.components.site_picker import picker


def layout() -> Any:
    """Return the frame of every page, in the language of the request."""
    return html.Div(
        [
            dcc.Location(id="address", refresh="callback-nav"),
            html.A(_("Skip to the content"), href="#page", className="skip"),
            html.Header(
                [_brand(), _tools(), html.Div(id="navigation", className="navigation")], className="bar"
            ),
            html.Main(html.Div(_("Loading …"), className="waiting"), id="page", tabIndex="-1"),
            html.Nav(id="foot", className="foot", **aria(label=_("Data"))),
            html.Div(id="toasts", role="alert"),
            html.Div(id="announcer", role="status", className="unseen"),
            html.Button(id="redraw", hidden=True, **HIDDEN),  # pressed by the live script
        ]
    )


def foot(site: str) -> Any:
    """Return what stands below every page: the way to the figures of the site it is about, as files."""
    public = site.removesuffix(SCENARIO_SANDBOX)
    return [
        dcc.Link(_("All figures as files"), href=f"/data/{site}".rstrip("/")),
        html.A(_("Public page: free seats and quiet hours"), href=f"/free/{public}".rstrip("/")),
    ]


def _brand() -> Any:
    return dcc.Link([html.Span(className="mark", **HIDDEN), "Besök"], href="/", className="brand")


def _tools() -> Any:
    other, name = ("sv", "Svenska") if language() == "en" else ("en", "English")
    return html.Div(
        [
            html.Span(
                [html.Span(className="dot", **HIDDEN), html.Span("", **data(part="word"))],
                id="pill",
                className="pill",
                hidden=True,
                **pill_words(),
            ),
            html.A(
                name, href=f"?lang={other}", id="language", className="tool", lang=other, **data(lang=other)
            ),
            _account_link(),
            html.Button(
                html.Span(className="theme-icon", **HIDDEN),
                id="theme",
                className="tool",
                **aria(label=_("Colours")),
                **data(auto=_("Colours: as the system"), light=_("Colours: light"), dark=_("Colours: dark")),
            ),
        ],
        className="tools",
    )


def _account_link() -> Any:
    """Return who is signed in, leading to the way out; or the way in."""
    who = access.caller()
    names = {"local": _("Local administrator"), "public": _("Sign in"), "unknown": _("Sign in")}
    why = _("Signed in automatically: nobody has an account on this machine") if who.kind == "local" else ""
    return html.A(
        names.get(who.kind, who.name), href="/login", id="who-is-in", className="tool", title=why or None
    )


def pill_words() -> dict[str, Any]:
    """Return what the connection pill says in each of its states."""
    return data(live=_("Live"), connecting=_("Connecting …"), lost=_("No connection"))


def navigation(address: Address, sites: Sequence[SiteInfo], site: SiteInfo | None) -> list[Any]:
    """Links to the pages of the chosen site, and to the same page of the other sites."""
    here = site.site if site else ""
    asked_of = here.removesuffix(SCENARIO_SANDBOX)
    several = len(sites) > 1
    pages = {
        **({"overview": _("Overview")} if several else {}),
        "now": _("Now"),
        "spaces": _("Spaces"),
        "progress": _("Progress"),
        "scenarios": _("Scenarios"),
        "sensors": _("Sensors"),
        "alerts": _("Alerts"),
        "past": _("Past counts"),
        **({"admin/site": _("Edit site")} if site and _has("admin/site", here) else {}),
    }
    pages_of = [
        _link(name, f"/{page}/{about}".rstrip("/"), page == address.page)
        for page, name in pages.items()
        for about in [{"overview": "", "scenarios": asked_of}.get(page, here)]
    ]
    overview = several and address.page == "overview"
    page_name = "now" if overview else address.page or "now"
    others = [one for one in sites if _has(page_name, one.site)]
    return [
        html.Nav(pages_of, className="tabs", **aria(label=_("Pages"))),
        *picker(page_name, others, "" if overview else here),
    ]


def _has(page: str, site: str) -> bool:
    """Tell whether there is a page of a site for the caller; of what a scenario is played in, nothing is asked."""
    if page == "admin/site":
        return access.may("administer", site)
    return page != "scenarios" or not site.endswith(SCENARIO_SANDBOX)


def _link(name: str, href: str, current: bool) -> Any:
    return dcc.Link(name, href=href, className="current" if current else "")
