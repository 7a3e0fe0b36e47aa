"""Rejected messages by topic and reason, and what to do."""

from collections.abc import Sequence
from typing import Any

from dash import html

from besok.model.views.devices import RejectedAlike
from besok.services.devices import ALIKE_AMONG
from besok.text import formats, refusal_text
from besok.text.languages import _
from dashboard.components.chart import sheet
from dashboard.components.elements import data, fold, quiet


def section(messages: Sequence[RejectedAlike], zone: str) -> Any:
    """Return a table of the messages, alike ones in one row, or a word that there is none."""
    if not messages:
        return quiet(_("None."))
    rows = [
        [
            formats.stamp(m.received, zone),
            m.topic,
            formats.number(m.count),
            _reason(m),
            html.Code(_shortened(m.payload)),
        ]
        for m in messages
    ]
    header = [_("Last received"), _("Topic"), _("Messages"), _("Reason"), _("Last message")]
    words = _(
        "Each is kept, without what is personal; the newest {n} are counted here. Devices that need an answer are "
        "listed above."
    )
    note = quiet(words.format(n=formats.number(ALIKE_AMONG)))
    return html.Div([note, sheet(header, rows, _("Rejected messages"))])


def _shortened(payload: str) -> str:
    return payload if len(payload) <= 80 else payload[:80] + "…"


def _reason(message: RejectedAlike) -> Any:
    """Return the reason: its class in the reader's language, then the problem, without lines for a site file."""
    detail = html.Span(message.reason.partition("\n")[0], lang="en")  # collectors write English only
    return html.Div(
        [html.Div(refusal_text.explained(message.kind, message.asks)), fold(_("What was found"), detail)],
        **data(key=f"{message.topic} {message.kind}"),
    )
