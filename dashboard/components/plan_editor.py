"""The step *Floor plan* of a site: how large each plan is, and what is where on it.

Each room, door and sensor has a form with its coordinates in a field; `plan_editor.js` fills the field as somebody
clicks and drags on the drawing. Saving is as for every other edit.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from dash import html

from besok.model.floor_plan import plans, plans_of_portal, plans_of_sensor, sizes
from besok.model.sitefile.edit import Part, values_of
from besok.model.tomlfile import Raw
from besok.store import plan_pictures
from besok.text.languages import _, named
from dashboard.components import floor_plan, forms, site_forms
from dashboard.components.elements import data, fold, items, present, quiet
from dashboard.components.site_forms import edit, entry
from dashboard.components.site_steps import Context

Drawable = tuple[Part, Raw, str]  # a part with a form, and its name


def step(c: Context) -> list[Any]:
    """Return the sizes of the plans, and each plan with what can be drawn on it."""
    about = _(
        "Write how large each floor is. Then open a room and click its corners on the drawing, or write them. Doors "
        "and sensors are placed in the same way."
    )
    sized, pictures = sizes(c.site), plan_pictures.digests(c.db, c.site.id)
    return [
        html.P(about),
        items(_size(c), className="entries"),
        *(part for plan in sized for part in _plan(c, plan, pictures.get(plan))),
    ]


def _size(c: Context) -> list[Any]:
    """Return the forms for the sizes: of the site, for what is on no floor, and of the floors."""
    floors: list[Drawable] = [
        ("spaces", raw, _called(c, raw["id"]))
        for raw in c.lists["spaces"]
        if raw.get("kind") == "storey" or "plan" in raw
    ]
    site: Drawable = ("site", c.lists["site"][0], named(c.site.name))
    return [
        entry(
            name,
            " × ".join(f"{side} m" for side in str(values_of(part, raw).get("plan", "")).split()),
            site_forms.place(part, raw),
            *_form(c, part, raw, "plan", name),
        )
        for part, raw, name in (site, *floors)
    ]


def _plan(c: Context, plan: str, picture: str | None) -> list[Any]:
    """Return a plan with the forms of what can be on it."""
    drawable = list(_drawable(c, plan))
    names = {key: site_forms.place(part, raw) for key, (part, raw, _name) in drawable}
    listed = [
        entry(
            name,
            _("drawn") if {"shape", "at"} & raw.keys() else "",
            site_forms.place(part, raw),
            *_form(c, part, raw, "shape" if part == "spaces" else "at", name),
        )
        for _key, (part, raw, name) in drawable
    ]
    return [
        html.H2(_called(c, plan)),
        html.Div(
            [floor_plan.sketch(c.site, plan, names, picture), items(listed, className="entries")],
            className="plan-editor",
        ),
        _picture(c, plan, picture),
    ]


def _drawable(c: Context, plan: str) -> Iterator[tuple[str, Drawable]]:
    """Yield what can be drawn on a plan, by the keys of `floor_plan.sketch`."""
    of_space = plans(c.site)
    for raw in c.lists["spaces"]:
        if "plan" not in raw and of_space.get(raw["id"]) == plan:
            yield raw["id"], ("spaces", raw, _called(c, raw["id"]))
    portals = {p.id: p for p in c.site.portals}
    for raw in c.lists["portals"]:
        if raw["id"] in portals and plan in plans_of_portal(portals[raw["id"]], of_space):
            yield raw["id"], ("portals", raw, _called(c, raw["id"]))
    sensors = {(s.source, s.device, s.channel_key, s.portal, s.space): s for s in c.site.sensors}
    for raw in c.lists["sensors"]:
        places = raw.get("portal", ""), raw.get("space", "")
        channel = raw.get("channel") or ("flow:1" if places[0] else "level:1")
        sensor = sensors.get((raw.get("source", "native"), raw["device"], channel, *places))
        if sensor and plan in plans_of_sensor(sensor, c.site, of_space):
            yield f"{sensor.source} {sensor.device} {channel}", ("sensors", raw, raw["device"])


def _called(c: Context, key: str) -> str:
    names = {p.id: p.name for p in c.site.portals} | {s.id: s.name for s in c.site.spaces}
    return named((names | {c.site.id: c.site.name})[key])


def _form(c: Context, part: Part, raw: Raw, field: str, name: str) -> list[Any]:
    """Return the form of one field of a part that is open; it keeps the others."""
    form_id, values = site_forms.place(part, raw), values_of(part, raw)
    if form_id not in c.opened:
        return []
    control: Mapping[str, Any] = {
        "plan": site_forms.size,
        "shape": site_forms.corners,
        "at": site_forms.point,
    }
    unchanged = site_forms.hidden(form_id, values, *(key for key in values if key != field))
    undo = html.Button(_("Undo"), type="button", className="tool", **data(undo=""))
    fields = [*unchanged, control[field](form_id, values), *([] if field == "plan" else [undo])]
    return [edit(c.site.id, part, raw, fields, name)]


def _picture(c: Context, plan: str, picture: str | None) -> Any:
    """Return the forms for the picture behind a plan, folded away."""
    here = f"picture-{plan}"
    where = f"/api/v1/sites/{c.site.id}/plans/{plan}/picture"
    chosen = html.Div(
        className="field", **data(file=f"{here}-file", label=_("File"), accept=".svg,.png,.jpg,.jpeg")
    )
    limit = quiet(_("SVG, PNG or JPEG, at most 1 MB. It is stretched to the size of the plan."))
    use = forms.unsigned([chosen, limit], here, _("Use the picture"), "", f"PUT {where}")
    out = forms.unsigned([], f"{here}-out", _("Remove the picture"), "", f"DELETE {where}")
    return fold(_("Picture behind the drawing"), *present(use, out if picture else None))
