"""*Progress* in three tabs: whether visits reach the target, what is to come, and what made a difference."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from dash import dcc, html

from besok.model import calendar
from besok.model.scenario_sandbox import is_sandbox
from besok.model.site import Site
from besok.model.views.live import SiteInfo
from besok.store import sites
from besok.store.database import Database
from besok.text import formats, narratives
from besok.text.languages import _, named
from dashboard.address import Address
from dashboard.components import notices
from dashboard.components.elements import aria, data, present
from dashboard.pages.progress import forecast, impact, target

DAY = timedelta(days=1)
RENEWED_S = "10"  # after which the rest of a page is asked for again

Parts = Callable[[Database, Site, str, date, datetime], list[Any]]


class Tab(NamedTuple):
    """A tab: its name, what it shows below a title, of a site on a business day, and what of that is sent first."""

    name: Callable[[], str]
    parts: Parts
    answer: Parts | None = None


TABS: dict[str, Tab] = {  # by the last part of the address
    "": Tab(lambda: _("Target"), target.parts, target.answer),
    "forecast": Tab(lambda: _("Forecast"), forecast.parts),
    "impact": Tab(lambda: _("Impact"), impact.parts),
}


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """Return the tab that the address names."""
    return _tab(db, site, address, now, TABS[address.space].parts)


def first(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """Return the tab that the address names, of *Target* its answer, with a mark by which the rest is asked for."""
    answer = TABS[address.space].answer
    if answer is None:
        return page(db, site, address, now)
    busy = {**aria(busy="true"), **data(rest="", renew=RENEWED_S, renewed="")}

    def parts(*asked: Any) -> list[Any]:
        return [*answer(*asked), html.P(_("Loading …"), className="waiting", **busy)]

    return _tab(db, site, address, now, parts)


def _tab(db: Database, site: SiteInfo, address: Address, now: datetime, parts: Parts) -> Any:
    place, tab = sites.load(db, site.site), TABS[address.space]
    today = calendar.business_day(now, place)
    title = _("{site}: progress").format(site=named(site.name))
    paper = _("{site}, figures up to {day}. Besök, /progress/{id}").format(
        site=named(site.name), day=formats.day(today - DAY), id=site.site
    )
    counted = formats.several([named(one.name) for one in sites.counted(db, place)])
    source = _("{site}, figures up to {day}. Source: Besök.").format(site=counted, day="{day}")
    return html.Div(
        present(
            *notices.simulated(site.sandbox),
            html.P(paper, className="printed"),
            _tabs(address),
            *parts(db, place, title, today, now),
        ),
        className="page",
        **data(
            title=f"{title} – {tab.name()}" if address.space else title,
            source=" ".join([source, *narratives.simulated(site.sandbox)]),
            public="" if is_sandbox(place) else f"/free/{place.id}",
        ),
    )


def _tabs(address: Address) -> Any:
    links = [
        dcc.Link(
            tab.name(), href=address.href(space=key), className="current" if key == address.space else ""
        )
        for key, tab in TABS.items()
    ]
    return html.Nav(links, className="segments", **aria(label=_("Progress")))
