"""The announcement on the wall screens of a site: set by staff, until a stated time."""

from typing import Any, Final

from dash import html

from besok.model.views.alerts import Announcement
from besok.services import access
from besok.text import formats
from besok.text.languages import _
from dashboard.components import forms
from dashboard.components.elements import fold, present, quiet

LONGEST: Final = 200  # characters, as in the API


def section(now: Announcement | None, site: str, zone: str) -> Any:
    """Return the announcement, with the forms to set and end it for those who may."""
    about = quiet(_("A line on the wall screens of this site, or a page of their playlist."))
    address = f"/api/v1/sites/{site}/announcement"
    set_it, end_it = _("Show an announcement"), _("Remove the announcement")
    fields = [
        forms.line("announce", "text", _("Text"), LONGEST),
        forms.moment("announce", "until", _("Until")),
    ]
    parts = [fold(set_it, forms.form(fields, "announce", set_it, "", f"PUT {address}", kept=_("Noted.")))]
    if now:
        text = _("until {time}: {why} ({who})").format(
            time=formats.stamp(now.until, zone), why=now.text, who=now.author
        )
        form = forms.form([], "announced", end_it, "", f"POST {address}/end", kept=_("Noted."), gone="404")
        parts = [html.P(text, className="announced"), fold(end_it, form), *parts]
    return html.Div(present(about, *(parts if access.may("acknowledge", site) else parts[:1] if now else ())))
