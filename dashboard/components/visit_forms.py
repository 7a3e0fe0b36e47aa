"""The fields that say what a visit is from a day on, and what is deducted."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from besok.model.site_rules import HIGHEST_SHARE
from besok.model.sitefile.edit import values_of
from besok.model.tomlfile import Raw
from besok.text import site_words
from besok.text.languages import _
from dashboard.components import forms, site_forms
from dashboard.components.elements import data, quiet


def definition_fields(raw: Raw | None, doors: Mapping[str, str]) -> list[Any]:
    """Return the fields of a definition of a visit; `doors` are those that lead into the site, names by id."""
    here, known = site_forms.place("visits", raw), {} if raw is None else values_of("visits", raw)
    methods = site_words.methods()
    return [
        site_forms.day(here, "first", _("It holds from"), known),
        forms.choice(here, "method", _("What is counted"), methods, known.get("method", "in")),
        _picks(here, _("Doors that count (none chosen: all that lead in)"), known, doors),
        *site_forms.names(here, known, _("Why"), "note", needed=False),
    ]


def deduction_fields(raw: Raw | None, since: Mapping[str, str], doors: Mapping[str, str]) -> list[Any]:
    """Return the fields of a deduction; `since` are the first days of the definitions, the newest first."""
    here, known = site_forms.place("deductions", raw), {} if raw is None else values_of("deductions", raw)
    share = f"{100 * float(known['share']):.12g}" if known.get("share") else ""
    percent = forms.control(here, "share", share, type="number", step="any", min=0, max=100 * HIGHEST_SHARE)
    return [
        forms.choice(
            here, "of", _("Definition that it belongs to"), since, known.get("of", next(iter(since)))
        ),
        forms.choice(
            here, "kind", _("Who is not a visitor"), site_words.deducted(), known.get("kind", "staff")
        ),
        quiet(_("Write one of the two: a share of those who go in, or a number a day.")),
        forms.field(_("Share of entries in %"), percent, **data(percent="1")),
        site_forms.number(here, "per_day", _("Number a day"), known, "any"),
        _picks(here, _("Doors of the share (none chosen: all that count)"), known, doors),
        *site_forms.names(here, known, _("How you know"), "note", needed=False),
    ]


def _picks(here: str, label: str, known: Mapping[str, str], doors: Mapping[str, str]) -> Any:
    """Return a box for each door, and for those that count although they no longer lead in."""
    chosen: Sequence[str] = known.get("portals", "").split()
    shown = {**doors, **{name: name for name in chosen if name not in doors}}
    boxes = [
        forms.pick(f"{here}-{n}", "portals", door, name, chosen=door in chosen)
        for n, (door, name) in enumerate(shown.items())
    ]
    return html.Fieldset([html.Legend(label), *boxes], className="field")
