"""Rejected messages with the reason, and what to do."""

from collections.abc import Sequence
from typing import Any

from dash import html

from besok.model.views.devices import RejectedMessage
from besok.text import formats, refusal_text
from besok.text.languages import _
from dashboard.components import unplaced_devices
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
    head = [_("Received"), _("Topic"), _("Reason"), _("Message")]
    what = _("Each is kept, without what is personal. What the reasons mean and what to do:")
    explained = quiet(what, " ", html.Code(unplaced_devices.DOCS))
    return html.Div([explained, sheet(head, rows, _("Rejected messages"))])


def _shortened(payload: str) -> str:
    return payload if len(payload) <= 80 else payload[:80] + "…"


def _reason(message: RejectedMessage) -> Any:
    """Return the reason: its class in the reader's language, then what was found, and lines for the site file."""
    said, _newline, lines = message.reason.partition("\n")
    parts: list[Any] = [
        html.Div(refusal_text.explained(message.kind)),
        fold(_("What was found"), html.Span(said, lang="en")),  # collectors write no other language
    ]
    if lines:
        parts.append(fold(_("Lines for the site file"), unplaced_devices.to_copy(lines, message.topic)))
    return html.Div(parts)
