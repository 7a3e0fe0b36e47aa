"""Rejected messages with the reason, and what to do."""

from collections.abc import Sequence
from typing import Any

from dash import html

from besok.model.views.devices import RejectedMessage
from besok.text import formats, refusal_text
from besok.text.languages import _
from dashboard.components.chart import sheet
from dashboard.components.elements import fold, quiet


def section(messages: Sequence[RejectedMessage], zone: str) -> Any:
    """Return a table of the messages, or a word that there is none."""
    if not messages:
        return quiet(_("None."))
    rows = [
        [formats.stamp(m.received, zone), m.topic, _reason(m), html.Code(_shortened(m.payload))]
        for m in messages
    ]
    header = [_("Received"), _("Topic"), _("Reason"), _("Message")]
    note = _("Each is kept, without what is personal. Devices that need an answer are listed above.")
    return html.Div([quiet(note), sheet(header, rows, _("Rejected messages"))])


def _shortened(payload: str) -> str:
    return payload if len(payload) <= 80 else payload[:80] + "…"


def _reason(message: RejectedMessage) -> Any:
    """Return the reason: its class in the reader's language, then the problem, without lines for a site file."""
    detail = html.Span(message.reason.partition("\n")[0], lang="en")  # collectors write English only
    return html.Div([html.Div(refusal_text.explained(message.kind)), fold(_("What was found"), detail)])
