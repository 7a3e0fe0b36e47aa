"""*Past counts*: files of earlier counters, lists and statistics: look at them, store them, take them back."""

from datetime import datetime
from typing import Any

from dash import html

from besok.model.views.live import SiteInfo
from besok.services import access
from besok.store import period_counts, sites
from besok.store.database import Database
from besok.text.languages import _, named
from dashboard.address import Address
from dashboard.components import import_form, notices, stored_imports
from dashboard.components.elements import data


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """Return the form for a file, and what was imported."""
    may = access.may("record", site.site)
    place = sites.load(db, site.site)
    title = _("Past counts of {site}").format(site=named(site.name))
    return html.Div(
        [
            *notices.simulated(site.sandbox),
            html.H1(title),
            import_form.about(),
            *([html.H2(_("Import a file")), import_form.form(place)] if may else []),
            html.H2(_("Imported files")),
            stored_imports.section(period_counts.listing(db, site.site), site.site, site.timezone),
        ],
        className="page",
        **data(title=title),
    )
