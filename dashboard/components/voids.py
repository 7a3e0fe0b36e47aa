"""Voided readings, the form in which a person voids some, and their undo."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dash import html

from besok.model.views.devices import DeviceInfo, Voided
from besok.services import access
from besok.text import formats
from besok.text.languages import _, plural
from dashboard.components import forms
from dashboard.components.elements import fold, items, present, quiet

SHOWN: Final = 50  # voided times


def section(
    voids: Sequence[Voided], devices: Sequence[DeviceInfo], names: Mapping[str, str], site: str, zone: str
) -> Any:
    """Return a site's voided readings, the last first, each with its undo; and a form. `names` are of sensors."""
    note = _(
        "A test message, installers who walk to and fro: what a sensor sent then is kept and counts nowhere. "
        "That time was not measured, which is not zero."
    )
    may = access.may("acknowledge", site)
    return html.Div(
        present(
            quiet(note),
            items((_one(v, names, site, zone) for v in voids[:SHOWN]), className="voids") if voids else None,
            fold(_("Void readings"), _form(devices, names, site)) if devices and may else None,
        )
    )


def _one(v: Voided, names: Mapping[str, str], site: str, zone: str) -> Any:
    name = names.get(v.device, v.device)
    span = formats.span(v.first, v.last, zone)
    count = plural("{n} reading", "{n} readings", v.readings).format(n=formats.number(v.readings))
    people = plural("{n} person", "{n} people", round(v.people)).format(n=formats.number(v.people))
    above = _("above {n}").format(n=formats.number(v.above)) if v.above is not None else ""
    facts = " ".join(filter(None, (count, above, f"({people})" if v.people else "")))
    why = _("voided {day} by {who}: {why}").format(
        day=formats.stamp(v.made, zone), who=formats.author(v.author), why=v.reason
    )
    line = html.P([html.Span(name, className="strong"), f": {span} · {facts} · {why}"])
    if v.undone:
        text = _("Undone {day} by {who}: {why}")
        undone = text.format(
            day=formats.stamp(v.undone, zone), who=formats.author(v.undone_by), why=v.undone_why
        )
        return html.Div([line, quiet(undone)])
    undo = fold(_("Let them count again"), _undo(v, name, site))
    return html.Div(present(line, undo if access.may("acknowledge", site) else None))


def _undo(v: Voided, name: str, site: str) -> Any:
    here = f"void-{v.id}"
    fields = [forms.reason(here)]
    address = f"POST /api/v1/sites/{site}/voids/{v.id}/undo"
    return forms.form(fields, here, _("Let them count again"), name, address, kept=_("They count again."))


def _form(devices: Sequence[DeviceInfo], names: Mapping[str, str], site: str) -> Any:
    form_id = "void-new"
    sensors = {d.device: names.get(d.device, d.device) for d in devices}
    above = _("Only readings of more than (empty: all of that time)")
    fields = [
        forms.choice(form_id, "device", _("Sensor"), sensors),
        forms.moment(form_id, "first", _("From")),
        forms.moment(form_id, "last", _("Until")),
        forms.entry(form_id, "above", above, None, type="number", min=0),
        forms.reason(form_id),
    ]
    address = f"POST /api/v1/sites/{site}/voids"
    confirmation = {
        "asks": f"{address}/preview".removeprefix("POST "),
        "asked": _(
            "Readings that would no longer count: {readings}; people who passed in them: {people}. Leave them out of "
            "all figures?"
        ),
    }
    confirmed = _("Voided. The days concerned are computed again.")
    return forms.form(fields, form_id, _("Void readings"), "", address, kept=confirmed, **confirmation)
