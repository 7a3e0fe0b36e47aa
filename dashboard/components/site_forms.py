"""The forms in which a part of a site is edited, added or removed: each sends its part as a whole."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from babel import Locale
from dash import html
from holidays import list_supported_countries

from besok.model.site import OUTSIDE, WEEKDAYS, Site
from besok.model.sitefile.edit import Part, Values, mark, values_of
from besok.model.tomlfile import Raw
from besok.text import formats, site_words
from besok.text.languages import LANGUAGES, _, collation_key, language, named
from besok.text.opening_text import written
from dashboard.components import forms
from dashboard.components.elements import data, fold, quiet

LONGEST: Final = 120  # characters of a name or a line
LONGEST_SHAPE: Final = 1500  # characters, as in the API
FLOOR: Final = "-floor"  # distinguishes the form for a new floor from that for a new room
NOTHING: Final[Values] = {}


def edit(site: str, part: Part, raw: Raw, fields: Sequence[Any], about: str) -> Any:
    """Return the form for an existing part."""
    here = place(part, raw)
    return _form(site, part, mark(part, raw), fields, here, _("Save"), about, _("Saved."))


def add(site: str, part: Part, fields: Sequence[Any], verb: str, kind: str = "") -> Any:
    """Return the form for a new part, of a `kind`; it is emptied after saving, for the next one."""
    here = place(part, None) + kind
    return _form(
        site, part, "", [html.Div(fields, className="writing", **data(once=""))], here, verb, "", _("Added.")
    )


def assign(site: str, raw: Raw, fields: Sequence[Any], verb: str, about: str) -> Any:
    """Return the form that gives a sensor a place for the first time."""
    return _form(
        site, "sensors", "", fields, place("sensors", raw), verb, about, _("Assigned. It counts from now on.")
    )


def remove(site: str, part: Part, raw: Raw, verb: str, about: str) -> Any:
    """Return the button that removes a part, folded."""
    address, form_id = f"DELETE /api/v1/sites/{site}/parts/{part}", f"{place(part, raw)}-out"
    note = {
        "visits": _("Its deductions are removed too; its days count by the previous definition."),
        "deductions": _("It is no longer deducted, for past days too."),
    }.get(part, _("What was counted there until now stays."))
    sent = {"mark": mark(part, raw), "kept": _("Removed."), **_confirmation(site, part)}
    return fold(verb, forms.form([quiet(note)], form_id, verb, about, address, **sent))


def place(part: Part, raw: Raw | None) -> str:
    """Return the prefix of the ids of a form's fields."""
    return f"{part}-{mark(part, raw) if raw is not None else 'new'}"


def _form(
    site: str, part: Part, mark: str, fields: Sequence[Any], form_id: str, verb: str, about: str, kept: str
) -> Any:
    address = f"PUT /api/v1/sites/{site}/parts/{part}"
    sent = {"within": "values", "lists": "portals", "mark": mark, "kept": kept, **_confirmation(site, part)}
    return forms.form(fields, form_id, verb, about, address, **sent)


def _confirmation(site: str, part: Part) -> dict[str, str]:
    """Return attributes with which a form asks for the effect on past days, and its question to confirm."""
    return {
        "asks": f"/api/v1/sites/{site}/parts/{part}/preview",
        "asked": _("Visits are counted again for {dates}: {before} become {after}. Continue?"),
        "estimated": _(
            "The opening hours of past days change ({estimated}); how many people were inside is estimated again. "
            "Continue?"
        ),
    }


def names(here: str, known: Values, label: str, field: str = "name", needed: bool = True) -> list[Any]:
    """Return a field for each language, the reader's own first; the other only where it differs."""
    mine = language()
    other = next(code for code in LANGUAGES if code != mine)
    unlike = {
        "sv": _("{label} in Swedish, if different"),
        "en": _("{label} in English, if different"),
    }[other].format(label=label)
    current = known.get(f"{field}.{mine}", known.get(field, ""))
    return [
        line(here, f"{field}.{mine}", label, current, needed=needed),
        line(here, f"{field}.{other}", unlike, known.get(f"{field}.{other}", "")),
    ]


def line(here: str, name: str, label: str, known: str, *, needed: bool = False) -> Any:
    """Return a line of text."""
    return forms.entry(here, name, label, known, required=needed, maxLength=LONGEST)


def number(here: str, name: str, label: str, known: Values, step: str = "1") -> Any:
    """Return a field for a number, which may be left empty."""
    value = float(known[name]) if known.get(name) else None
    shown = int(value) if value is not None and value.is_integer() else value
    return forms.entry(here, name, label, shown, type="number", step=step)


def size(here: str, known: Values) -> Any:
    """Return the field for the size of a floor plan."""
    return line(
        here, "plan", _("Floor plan: width and depth in metres, such as 40 25"), known.get("plan", "")
    )


def point(here: str, known: Values) -> Any:
    """Return the field for a position on the floor plan."""
    label = _("On the floor plan: metres from the left and from the top, such as 12.5 8")
    return line(here, "at", label, known.get("at", ""))


def corners(here: str, known: Values) -> Any:
    """Return the field for the corners of a room on the floor plan."""
    label = _("Corners on the floor plan: metres from the left and from the top, such as 0 0; 8 0; 8 5")
    return forms.text(here, "shape", label, "", LONGEST_SHAPE, known.get("shape", ""), required=False)


def day(here: str, name: str, label: str, known: Values) -> Any:
    """Return a field for a day, which may be left empty."""
    return forms.day(here, name, label, date.fromisoformat(known[name]) if known.get(name) else None)


def hidden(here: str, known: Values, *keys: str) -> list[Any]:
    """Return hidden fields with the other values of a part."""
    return forms.hidden(here, {key: known[key] for key in keys if known.get(key)})


def site_fields(raw: Raw) -> list[Any]:
    """Return the fields of a site itself."""
    here, known = place("site", raw), values_of("site", raw)
    return [
        *names(here, known, _("Name")),
        forms.choice(here, "kind", _("What it is"), site_words.kinds(), known.get("kind", "library")),
        line(here, "timezone", _("Time zone"), known.get("timezone", ""), needed=True),
        number(here, "capacity", _("How many people it may hold (empty: not known)"), known),
        fold(_("More"), _group(size(here, known), _position(here, known))),
    ]


def _position(here: str, known: Values) -> Any:
    label = _("On the map: latitude and longitude, such as 56.05 12.69")
    return line(here, "position", label, known.get("position", ""))


def country(here: str, chosen: str) -> Any:
    """Return the field for the country whose public holidays apply to a site."""
    territories = Locale(language()).territories
    known = {
        code: territories[code]
        for code in list_supported_countries(include_aliases=False)
        if code in territories
    }
    listed = dict(sorted(known.items(), key=lambda item: collation_key(item[1])))
    return forms.choice(
        here, "country", _("Public holidays of"), {"": _("none"), **listed} if chosen else listed, chosen
    )


def space_fields(raw: Raw | None, site: Site, *, floor: bool) -> list[Any]:
    """Return the fields of a floor or a room."""
    here = place("spaces", raw) + (FLOOR if floor and raw is None else "")
    known = _known("spaces", raw)
    within = {s.id: named(s.name) for s in site.spaces if s.id != (raw or {}).get("id")}
    capacity = number(here, "capacity", _("How many people it may hold (empty: not known)"), known)
    storey = number(here, "storey", _("Floor number (0 at ground level, -1 below)"), known)
    dates = [
        day(here, "first", _("First day (empty: since always)"), known),
        day(here, "last", _("Last day (empty: until further notice)"), known),
    ]
    area = number(here, "area_m2", _("Floor area in square metres"), known, "any")
    kind, kinds = known.get("kind", "room"), site_words.space_kinds()
    if floor:
        unchanged = hidden(here, {**known, "kind": "storey"}, "kind", "parent", "seats", "shape")
        more = fold(_("More"), _group(area, size(here, known), *dates))
        return [*unchanged, *names(here, known, _("Name")), storey, capacity, more]
    return [
        *names(here, known, _("Name")),
        forms.choice(
            here, "parent", _("It lies in"), within, known.get("parent", ""), none=_("the whole site")
        ),
        forms.choice(here, "kind", _("What it is"), {**kinds, kind: kinds.get(kind, kind)}, kind),
        capacity,
        number(here, "seats", _("Seats (empty: not known)"), known),
        *hidden(here, known, "plan"),
        fold(_("More"), _group(storey, area, corners(here, known), *dates)),
    ]


def portal_fields(raw: Raw | None, site: Site, others: Sequence[Site]) -> list[Any]:
    """Return the fields of a door or passage."""
    here, known = place("portals", raw), _known("portals", raw)
    ends = {OUTSIDE: _("outdoors")} if raw is None else {}
    ends |= {site.id: _("{site} as a whole").format(site=named(site.name))}
    ends |= {s.id: named(s.name) for s in site.spaces}
    ends |= {f"{o.id}/{s.id}": f"{named(o.name)}: {named(s.name)}" for o in others for s in o.spaces}
    outer = {OUTSIDE: _("outdoors"), **ends}
    counted = {"true": _("yes, or it will be"), "false": _("no, such as an emergency exit")}
    return [
        *names(here, known, _("Name")),
        forms.choice(here, "outer", _("From (outside of the door)"), outer, known.get("outer", OUTSIDE)),
        forms.choice(
            here, "inner", _("Into"), {OUTSIDE: _("outdoors"), **ends}, known.get("inner", _first_inner(site))
        ),
        forms.choice(here, "counted", _("Is it counted?"), counted, known.get("counted", "true")),
        fold(
            _("More"),
            _group(
                number(here, "width_m", _("Width in metres"), known, "any"),
                point(here, known),
                day(here, "first", _("First day (empty: since always)"), known),
                day(here, "last", _("Last day (empty: until further notice)"), known),
            ),
        ),
    ]


def _first_inner(site: Site) -> str:
    """Return what an entrance most likely leads into: the floor at ground level, or the place as a whole."""
    return next((s.id for s in site.spaces if s.kind == "storey" and s.storey == 0), site.id)


def hours_fields(raw: Raw, *, new: bool, dated: bool) -> list[Any]:
    """Return the fields of a table of opening hours; a new one starts as a copy of the one before, from a day on."""
    here, known = place("hours", None if new else raw), values_of("hours", raw)
    begin = [day(here, "first", _("First day on which these hours hold"), NOTHING if new else known)]
    week = [*zip(WEEKDAYS, formats.weekdays("wide"), strict=True), ("on_holiday", _("Public holidays"))]
    return [
        *(begin if dated else []),
        quiet(_("As at the door: 9–20, or 9–12, 13–18, or “closed”. With card only: 7–22 with card.")),
        html.Div(
            [line(here, key, label.capitalize(), written(known.get(key, "closed"))) for key, label in week],
            className="pairs",
        ),
        country(here, known.get("country", "")),
    ]


def exception_fields(raw: Raw | None) -> list[Any]:
    """Return the fields of days with other hours."""
    here, known = place("exceptions", raw), _known("exceptions", raw)
    week = zip(WEEKDAYS, formats.weekdays("wide"), strict=True)
    by_day = [
        line(here, f"hours.{key}", label.capitalize(), written(known.get(f"hours.{key}", "")))
        for key, label in week
    ]
    holiday = hidden(here, known, "hours.on_holiday")
    return [
        *holiday,
        day(here, "first", _("First day"), known),
        day(here, "last", _("Last day"), known),
        line(here, "hours", _("Hours, such as 10–15, or “closed”"), written(known.get("hours", ""))),
        fold(
            _("Other hours on each weekday"),
            quiet(_("Weekdays that are left empty have their usual hours.")),
            html.Div(by_day, className="pairs"),
        ),
        *names(here, known, _("Why"), "note", needed=False),
    ]


def closure_fields(raw: Raw | None, site: Site) -> list[Any]:
    """Return the fields of days on which a room is closed."""
    here, known = place("closures", raw), _known("closures", raw)
    rooms = {s.id: named(s.name) for s in site.spaces}
    return [
        forms.choice(here, "space", _("Room"), rooms, known.get("space", "")),
        day(here, "first", _("First day"), known),
        day(here, "last", _("Last day (empty: until further notice)"), known),
        *names(here, known, _("Why"), "note", needed=False),
    ]


def sensor_fields(raw: Raw, site: Site, *, new: bool = False, chosen: str = "") -> list[Any]:
    """Return the fields of what a sensor observes; `chosen` is the place that is proposed for a new one."""
    here, known = place("sensors", raw), values_of("sensors", raw)
    door = "portal" in known or (new and known.get("channel", "").startswith("flow"))
    label, key = (_("Door"), "portal") if door else (_("Room"), "space")
    places = {p.id: named(p.name) for p in site.portals} if door else {
        site.id: named(site.name), **{s.id: named(s.name) for s in site.spaces},
    }  # fmt: skip
    turned = {"false": _("as the sensor says"), "true": _("the other way round: in is out")}
    unchanged = ("device", "source", "model", "channel", "interval_s")
    return [
        *hidden(here, known, *unchanged),
        forms.choice(here, key, label, places, known.get(key, chosen)),
        *(
            [forms.choice(here, "swapped", _("Direction"), turned, known.get("swapped", "false"))]
            if door
            else []
        ),
        day(here, "first", _("Counts from this day on (empty: all it has sent)"), known),
        *([] if new else [day(here, "last", _("Last day, if it was taken down"), known), point(here, known)]),
    ]


def target_fields(raw: Raw | None, usual: Values) -> list[Any]:
    """Return the fields of a target; `usual` are proposed for a new one."""
    here, known = place("target", raw), {"factor": "2", **(_known("target", raw) or usual)}
    counts = site_words.measures()
    one = [
        quiet(_("If only one figure is known for the year to compare with, write it here.")),
        number(here, "baseline_visits", _("Visits in a year"), known, "any"),
        forms.choice(
            here, "baseline_measure", _("What the figure counts"), counts, known.get("baseline_measure", "")
        ),
        line(here, "baseline_source", _("Where the figure comes from"), known.get("baseline_source", "")),
    ]
    return [
        number(here, "factor", _("How many times as many visits (2 is twice)"), known, "any"),
        day(here, "deadline", _("To be reached by"), known),
        day(here, "baseline_first", _("Compared with the time from"), known),
        day(here, "baseline_last", _("to"), known),
        forms.choice(here, "measure", _("What counts"), counts, known.get("measure", "gross")),
        fold(_("Only one figure is known"), _group(*one)),
    ]


def _known(part: Part, raw: Raw | None) -> Values:
    return NOTHING if raw is None else values_of(part, raw)


def _group(*parts: Any) -> Any:
    return html.Div(list(parts), className="writing")


def entry(summary: str, facts: str, here: str, *inside: Any) -> Any:
    """Return a part in a list: its name and facts. Its forms are `inside` only where it is open, which
    `forms.js` asks for: those of a hundred parts take a browser ten seconds.
    """
    line = [html.Span(summary, className="strong"), *([html.Span(facts, className="quiet")] if facts else [])]
    return html.Details(
        [html.Summary(line), *inside], className="entry", open=bool(inside), **data(opens=here)
    )


def listed(facts: Sequence[str]) -> str:
    """Return facts in a row, without those that are empty."""
    return " · ".join(filter(None, facts))
