"""*Edit site*: a place with its rooms, doors, hours, sensors and target, made and edited step by step."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from dash import dcc, html

from besok.model.errors import NotFound
from besok.model.site import SiteFile
from besok.model.sitefile.edit import parts
from besok.model.views.live import SiteInfo
from besok.services import access
from besok.services.site_editing import Step, next_step
from besok.services.unplaced_devices import look_up
from besok.store import sites
from besok.store.database import Database
from besok.text.languages import _, named
from dashboard.address import Address
from dashboard.components import guide, plan_editor, site_steps
from dashboard.components.elements import data, items

STEPS: Final[Mapping[Step, Callable[[site_steps.Context], list[Any]]]] = {
    **site_steps.STEPS,
    "plan": plan_editor.step,
}


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """Return a step of a site; without a site in the address, all that may be edited and the way to a new one."""
    if not address.site:
        return _all(db, address, now)
    access.require("administer", site.site)
    step = next(step for step in STEPS if step == (address.space or "site"))
    exported = {one.id: one for one in sites.export(db).sites}
    if site.site not in exported:  # what a scenario is played in is made by it alone
        raise NotFound(site.site)
    known = {one.id: one for one in sites.load_all(db)}
    context = site_steps.Context(
        db=db,
        site=known[site.site],
        lists=parts(SiteFile(sites=(exported[site.site],)), site.site),
        others=[one for name, one in known.items() if name != site.site],
        sought=look_up(db, address.get("sensor"), [known[site.site]]),
        opened=address.get("open").split(),
        now=now,
    )
    progress = guide.progress(db, context.site)
    title = f"{named(site.name)}: {guide.words()[step]}"
    return html.Div(
        [
            html.H1(title),
            guide.trail(site.site, progress, step),
            *STEPS[step](context),
            _onward(site.site, step, next_step(progress)),
        ],
        className="page setup",
        **data(title=title),
    )


def _all(db: Database, address: Address, now: datetime) -> Any:
    access.require_anywhere("administer")
    title = _("Edit site")
    mine = [one for one in sites.export(db).sites if access.may("administer", one.id)]
    links = items(dcc.Link(named(one.name), href=guide.address(one.id, "site")) for one in mine)
    new = [html.H2(_("New place")), *guide.new_site(db, address, now)] if access.may("administer") else []
    return html.Div([html.H1(title), links, *new], className="page setup", **data(title=title))


def _onward(site: str, here: Step, upcoming: Step | None) -> Any:
    """Return the way to the next step that is needed, or to the figures."""
    if upcoming is None:
        live = dcc.Link(_("See it live"), href=f"/now/{site}", className="send")
        optional: list[Step] = ["plan", "past", "target"]
        rest = [step for step in optional if step != here]
        return html.P(
            [live, *(dcc.Link(guide.words()[step], href=guide.address(site, step)) for step in rest)],
            className="onward",
        )
    step = "doors" if here == "spaces" else upcoming
    if step == here:
        return None
    label = _("Next: {step}").format(step=guide.words()[step])
    return html.P(dcc.Link(label, href=guide.address(site, step), className="send"), className="onward")
