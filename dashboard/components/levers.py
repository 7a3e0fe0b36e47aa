"""Levers: visits that more open hours, doors or events went with in the site's own history."""

from collections.abc import Sequence
from typing import Any

from besok.model.levers import LeverEffect
from besok.text import lever_text
from besok.text.languages import _
from dashboard.components.chart import sheet
from dashboard.components.elements import quiet, titled


def section(effects: Sequence[LeverEffect]) -> Any:
    """Return a row for each lever; nothing where there is none."""
    if not effects:
        return None
    title = _("What would bring more visits")
    about = _(
        "Estimated from the site's own weeks in the last four years, holidays left out. Visits that only move to "
        "another day of the week do not count. A lever that went with more visits need not be their cause."
    )
    rows = [[lever_text.name(effect.lever), lever_text.effect(effect)] for effect in effects]
    return titled(title, quiet(about), sheet([_("Change"), _("Visits")], rows, title, "scroll sheet levers"))
