"""Alerts of a site: open ones, with the button that acknowledges them, and resolved ones."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from dash import html

from besok.model.alerts import KINDS, Alert
from besok.model.views.alerts import AlertInfo, Announcement
from besok.services import access
from besok.text import formats
from besok.text.languages import _, named
from dashboard.components import forms
from dashboard.components.elements import chip, data, fold, items, present, quiet

SHOWN: Final = 30  # resolved ones
ON_NOW: Final = 3  # above the figures, which a site whose sensors are all offline shall show, too


def section(alerts: Sequence[AlertInfo], site: str, zone: str) -> Any:
    """Return the open alerts, the newest first, and resolved ones."""
    still = [alert for alert in alerts if alert.resolved is None]
    over = [alert for alert in alerts if alert.resolved is not None]
    return html.Div(
        present(
            *([_card(alert, site, zone) for alert in still] or [quiet(_("No active alerts."))]),
            fold(_("Ended in the last seven days"), items(named(one.sentence) for one in over[:SHOWN]))
            if over
            else None,
        )
    )


def lines(alerts: Sequence[AlertInfo], site: str, zone: str) -> list[Any]:
    """Return the open alerts in a line each, for the page *Now*, by what to act on first; nothing without any."""
    if not alerts:
        return []
    ordered = sorted(alerts, key=lambda alert: (alert.acknowledged is not None, KINDS.index(alert.kind)))
    listed = [_line(alert, site, zone) for alert in ordered]
    rest = (
        fold(_("{n} more").format(n=len(listed) - ON_NOW), html.Ul(listed[ON_NOW:]), id="more-alerts")
        if listed[ON_NOW:]
        else None
    )
    shown = present(html.H2(_("Alerts"), className="unseen"), html.Ul(listed[:ON_NOW]), rest)
    return [html.Section(shown, className="alerts")]


def mark(
    alerts: Sequence[AlertInfo | Alert], announced: Announcement | None, not_receiving_since: datetime | None
) -> str:
    """Return a text that changes whenever an alert or announcement begins, is acknowledged, or ends, or nothing more
    is received."""
    times = (announced.made if announced else None, not_receiving_since)
    marks = [f"{alert.id}{'+' if alert.acknowledged else ''}" for alert in alerts]
    return " ".join([*marks, *(time.isoformat() for time in times if time)])


def _line(alert: AlertInfo, site: str, zone: str) -> Any:
    text, acked = html.P(named(alert.sentence)), alert.acknowledged is not None
    rest = html.P(_care(alert, zone)) if acked else _tap(alert, site) if alert.may_acknowledge else None
    return html.Li(present(text, rest), className="taken" if acked else "", **data(key=f"alert-{alert.id}"))


def _card(alert: AlertInfo, site: str, zone: str) -> Any:
    acked = alert.acknowledged is not None
    state = chip(_("Acknowledged"), level="calm") if acked else chip(_("Not acknowledged"), level="busy")
    return html.Article(
        present(
            html.Header([state, quiet(formats.stamp(alert.raised, zone))]),
            html.H3(named(alert.sentence)),
            quiet(_care(alert, zone)) if acked else None,
            _tap(alert, site) if alert.may_acknowledge else None,
        ),
        className="stranger",
        **data(alert=str(alert.id), kind=alert.kind),
    )


def _care(alert: AlertInfo, zone: str) -> str:
    text = _("{who} has been taking care of it since {when}")
    if alert.kind == "cleaning":
        text = _("Cleaned according to {who}, {when}")
    return text.format(
        who=alert.acknowledged_by, when=formats.stamp(alert.acknowledged, zone) if alert.acknowledged else ""
    )


def _tap(alert: AlertInfo, site: str) -> Any:
    """Return one button for a known user; for others a form that asks who they are. 409: somebody else was first."""
    verb = _("It is clean") if alert.kind == "cleaning" else _("I’ll take care of it")
    address = f"POST /api/v1/sites/{site}/alerts/{alert.id}/acknowledge"
    form = forms.form(
        [], f"alert-{alert.id}", verb, named(alert.sentence), address, gone="409", kept=_("Noted.")
    )
    return form if access.author("") else fold(verb, form)
