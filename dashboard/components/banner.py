"""What must be said above everything else on a page."""

from typing import Any

from dash import html

from besok.text.languages import _


def sandbox() -> Any:
    """The figures are not about people."""
    said = [
        html.Strong(_("Simulated data")),
        html.Span(_("This place is a sandbox: no figure here is about real people.")),
    ]
    return html.Div(said, className="sandbox", role="note")
