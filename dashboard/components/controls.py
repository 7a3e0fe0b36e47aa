"""The header of the pages of a space and of a door: choice of place, days and comparison."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from dash import dcc, html

from besok.model.site import Site, Text
from besok.model.views.live import SiteInfo, SpaceInfo
from besok.text import formats
from besok.text.languages import _, named
from dashboard.address import Address
from dashboard.components import forms
from dashboard.components.elements import HIDDEN, aria, data, items, present
from dashboard.ranges import Range

RENEWED_S: Final = 300  # the curves grow by a quarter of an hour at a time


def head(site: SiteInfo, name: Text, facts: Sequence[str], *links: Any) -> Any:
    """Return breadcrumbs, title and facts of a place, and links to others."""
    trail: list[Any] = [dcc.Link(named(site.name), href=f"/now/{site.site}")]
    if name != site.name:
        trail += [html.Span("/", **HIDDEN), named(name)]
    title = html.Div([html.H1(named(name)), html.P(" · ".join(filter(None, facts)))])
    return html.Div(
        [
            html.Nav(trail, className="trail", **aria(label=_("You are here"))),
            html.Div([title, html.Div(links, className="ways")], className="head"),
        ]
    )


def ways(site: Site, spaces: Sequence[SpaceInfo], here: Address) -> list[Any]:
    """Return pickers of the spaces and the counted doors of a site, over the same period."""
    doors = [(door.id, door.name) for door in site.portals if door.counted]
    return present(
        _picker("spaces", _("All spaces"), [(one.space, one.name) for one in spaces], here),
        _picker("doors", _("All doors"), doors, here) if doors else None,
    )


def _picker(page: str, label: str, places: Sequence[tuple[str, Text]], here: Address) -> Any:
    links = [
        dcc.Link(
            named(name),
            href=here.href(page=page, space=place),
            className="current" if (page, place) == (here.page, here.space) else "",
        )
        for place, name in places
    ]
    return menu(label, links, f"{page}-{here.page}-{here.space}")


def of_day(here: Address, period: Range, site: Site) -> str:
    """Return the address of a day of a period, DAY and how many minutes after midnight it begins in its place.

    Empty where the period is one day only. A step of a whole day stands at its midnight.
    """
    begins = 0 if period.step == "day" else 60 * site.day_start.hour + site.day_start.minute
    day = f"DAY{begins}"
    return here.href(**{"range": "custom", "from": day, "to": day}) if period.days > 1 else ""


def renewed(period: Range, today: date) -> dict[str, Any]:
    """Return attributes that redraw a page at intervals while its period includes today."""
    return data(renew=str(RENEWED_S), renewed="") if period.first <= today <= period.last else {}


def bar(here: Address, period: Range, before: Range | None, *more: Any) -> Any:
    """Return the controls of the period: presets, days in a calendar, the comparison, and `more`. All of it is in the
    address. On paper the days stand in their place.
    """
    names = {"today": _("Today"), "yesterday": _("Yesterday"), "7d": _("7 days"), "30d": _("30 days")}
    links = [
        dcc.Link(
            text,
            href=here.href(range=name, **{"from": "", "to": ""}),
            className="current" if period.name == name else "",
        )
        for name, text in names.items()
    ]
    dates = _asking(
        here,
        {"range": "custom"},
        forms.day("days", "from", _("From"), period.first, required=True),
        forms.day("days", "to", _("To"), period.last, required=True),
    )
    presets = html.Nav(links, className="segments", **aria(label=_("Period")))
    on_paper = html.P(formats.days(period.first, period.last), className="printed")
    return html.Div(present(presets, dates, _comparison(here, before), *more, on_paper), className="controls")


def _comparison(here: Address, before: Range | None) -> Any:
    """Return the menu of comparisons: none, the weeks or the year before, or as many days from a chosen one on."""
    wish = here.get("cmp")
    choices = {"0": _("Nothing"), "": _("The weeks before"), "year": _("The year before")}
    chosen = before.first if before and wish not in choices else None
    links = [
        dcc.Link(text, href=here.href(cmp=value), className="current" if value == wish else "")
        for value, text in choices.items()
    ]
    day = _asking(here, {}, forms.day("compare", "cmp", _("The same length, from"), chosen, required=True))
    return menu(_("Compare with"), [*links, day], f"cmp-{here.query}")


def _asking(here: Address, sent: dict[str, str], *fields: Any) -> Any:
    """Return a form that opens the same page with the values of its fields, and the other values of the address."""
    replaced = {*sent, *(field.children[1].name for field in fields)}
    values = {name: value for name, value in here.query if name not in replaced} | sent
    hidden = [dcc.Input(type="hidden", name=name, value=value) for name, value in values.items()]
    send = html.Button(_("Show"), type="submit", className="send")
    return html.Form([*hidden, *fields, send], action=here.path, method="get", className="dates")


def menu(label: str, choices: Sequence[Any], key: str) -> Any:
    """Return a menu of choices that opens below its label."""
    # A new element for each choice, or the menu would stay open after one.
    return html.Details([html.Summary(label), items(choices)], className="picker", key=key)


def switch(label: str, here: Address, name: str) -> Any:
    """Return a switch for `name` in the address."""
    on = is_on(here, name)
    return dcc.Link(
        label, href=here.href(**{name: "" if on else "1"}), className="toggle on" if on else "toggle"
    )


def is_on(here: Address, name: str) -> bool:
    """Tell whether a switch is on."""
    return here.get(name) == "1"


def others(here: Address) -> list[str]:
    """Return the other spaces on the same chart."""
    return here.get("with").split()


def same_chart(here: Address, spaces: Sequence[SpaceInfo], sites: Sequence[SiteInfo], most: int) -> Any:
    """Return what else can be shown on the same chart: spaces of the site, other sites; up to `most` in all."""
    shown = others(here)
    known = [(one.space, one.name) for one in spaces if one.space != here.space]
    known += [(f"{one.site}/{one.site}", one.name) for one in sites if one.site != here.site]
    full = len(shown) + 1 >= most
    links = [
        dcc.Link(
            named(name),
            href=here.href(
                **{
                    "with": " ".join(
                        [*(p for p in shown if p != place), *([] if place in shown else [place])]
                    )
                }
            ),
            className="current" if place in shown else "",
        )
        for place, name in known
        if place in shown or not full
    ]
    return menu(_("On the same chart"), links, f"with-{here.query}") if links else None
