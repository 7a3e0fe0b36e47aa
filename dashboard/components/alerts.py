"""Alerts that are open, each with a button for whoever may take care of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dash import html

from besok.model.alerts import Alert
from besok.model.views.live import SiteLive
from besok.services import access
from besok.text import alert_text, formats
from besok.text.languages import _, named
from dashboard.components.forms import form


def section(told: Sequence[Alert], live: SiteLive) -> list[Any]:
    """Return the alerts of a site, with the names of its spaces; nothing where there is none."""
    if not told:
        return []
    names = {f"{live.site}/{space.space}": named(space.name) for space in live.spaces}
    names[live.site] = named(live.name)
    shown = [replace(alert, subject=names.get(alert.subject, alert.subject)) for alert in told]
    listed = html.Ul([_alert(alert, live.site) for alert in shown])
    return [html.Section([html.H2(_("Alerts"), className="unseen"), listed], className="alerts")]


def mark(told: Sequence[Alert]) -> str:
    """Return what changes as soon as an alert begins, is taken, or ends."""
    return " ".join(f"{alert.id}{'+' if alert.acknowledged else ''}" for alert in told)


def _alert(alert: Alert, site: str) -> Any:
    said = alert_text.sentence(alert)
    said = said[:1].upper() + said[1:]
    if alert.acknowledged:
        zone = alert.timezone or "UTC"
        taken = _("{who} takes care of it, since {time}")
        taken = taken.format(who=alert.acknowledged_by, time=formats.stamp(alert.acknowledged, zone))
        return html.Li([html.P(said), html.P(taken)], className="taken")
    address = f"POST /api/v1/alerts/{alert.id}/acknowledgement"
    may = access.may("acknowledge", alert.site or site)
    button = form([], f"alert-{alert.id}", _("I take care of it"), said, address, gone="404")
    return html.Li([html.P(said), *([button] if may else [])])
