"""*Alerts*: what is open and who takes care of it; rules and addresses for administrators; the jobs."""

from datetime import datetime, timedelta
from typing import Any, Final

from dash import html

from besok.model.site import Site
from besok.model.views.live import SiteInfo
from besok.services import access
from besok.services.alert_handling import get_alerts, get_rules
from besok.services.maintenance import subjects
from besok.store import alerts, job_runs, sites
from besok.store.database import Database
from besok.text.languages import _, named
from dashboard.address import Address
from dashboard.components import alert_rules, announcement, maintenance, notices, open_alerts
from dashboard.components import job_runs as jobs
from dashboard.components.elements import data, present, quiet

OVER: Final = timedelta(days=7)  # in which what is over is still shown


def page(db: Database, site: SiteInfo, _address: Address, now: datetime) -> Any:
    """Return the alerts of a site and of the whole installation; what follows is for those who may."""
    place = sites.load(db, site.site)
    going_on = [one for one in alerts.maintenance(db, site.site, now) if one.ended is None]
    title = _("Alerts of {site}").format(site=named(site.name))
    return html.Div(
        present(
            *notices.simulated(site.sandbox),
            html.H1(title),
            quiet(_("What happens in a simulated place raises no alert.")) if site.sandbox else None,
            open_alerts.section(get_alerts(db, site.site, now, OVER), site.site, site.timezone),
            html.H2(_("Planned maintenance"), id="maintenance"),
            maintenance.section(going_on, subjects(place), site.site, site.timezone),
            html.H2(_("Announcement"), id="announcement"),
            announcement.section(alerts.announced(db, site.site, now), site.site, site.timezone),
            *(_rules(db, place, site) if access.may("administer", site.site) else []),
            *(_jobs(db, site) if access.may("diagnose") else []),
        ),
        className="page",
        **data(title=title),
    )


def _rules(db: Database, place: Site, site: SiteInfo) -> list[Any]:
    targets = alerts.target_states(db)
    spaces = {space.id: named(space.name) for space in place.spaces}
    names = spaces | {site.site: named(site.name)}
    rules = alert_rules.rules(get_rules(db, site.site), targets, names, site.site, simulated=site.sandbox)
    sections: list[Any] = [html.H2(_("Rules"), id="rules"), rules]
    if access.may("administer"):
        sent = alerts.deliveries(db)
        sections += [
            html.H2(_("Where messages go"), id="targets"),
            alert_rules.targets(targets, sent, site.timezone),
        ]
    return sections


def _jobs(db: Database, site: SiteInfo) -> list[Any]:
    return [html.H2(_("Jobs"), id="jobs"), jobs.section(job_runs.states(db), site.timezone)]
