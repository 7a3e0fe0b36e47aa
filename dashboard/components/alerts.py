"""Alerts that are open, each with a button for whoever may take care of it."""

from collections.abc import Sequence
from typing import Any

from dash import html

from besok.model.alerts import Alert
from besok.model.views.alerts import AlertInfo
from besok.text import formats
from besok.text.languages import _, named
from dashboard.components.forms import form


def section(told: Sequence[AlertInfo], site: str, zone: str) -> list[Any]:
    """Return the alerts of a site, those first that nobody has taken; nothing where there is none."""
    if not told:
        return []
    ordered = sorted(told, key=lambda alert: alert.acknowledged is not None)
    listed = html.Ul([_alert(alert, site, zone) for alert in ordered])
    return [html.Section([html.H2(_("Alerts"), className="unseen"), listed], className="alerts")]


def mark(told: Sequence[AlertInfo | Alert]) -> str:
    """Return what changes as soon as an alert begins, is taken, or ends."""
    return " ".join(f"{alert.id}{'+' if alert.acknowledged else ''}" for alert in told)


def _alert(alert: AlertInfo, site: str, zone: str) -> Any:
    said = named(alert.sentence)
    if alert.acknowledged:
        taken = _("{who} takes care of it, since {time}")
        taken = taken.format(who=alert.acknowledged_by, time=formats.stamp(alert.acknowledged, zone))
        return html.Li([html.P(said), html.P(taken)], className="taken")
    address = f"POST /api/v1/sites/{site}/alerts/{alert.id}/acknowledge"
    button = form([], f"alert-{alert.id}", _("I take care of it"), said, address, gone="409")
    return html.Li([html.P(said), *([button] if alert.may_acknowledge else [])])
