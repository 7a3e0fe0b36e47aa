"""Alerts as sentences, in the language of the present request."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from besok.model.alerts import Alert, RuleKind
from besok.text import formats, job_text
from besok.text.languages import _, plural

LISTED: Final = 30  # alerts in a message; services take a few thousand characters


def title(alerts: Sequence[Alert], names: Mapping[int, str]) -> str:
    """Return the subject of a message: how many alerts began, or that all are over; for none, that it is a test.

    `names` are those of the alerts' subjects, by alert.
    """
    if not alerts:
        return _("Besök: a test")
    began = [alert for alert in alerts if alert.resolved is None]
    if len(alerts) == 1:
        return sentence(alerts[0], names[alerts[0].id])
    if not began:
        return _("Besök: {n} alerts have ended").format(n=len(alerts))
    return plural("Besök: {n} alert", "Besök: {n} alerts", len(began)).format(n=len(began))


def lines(alerts: Sequence[Alert], names: Mapping[int, str]) -> list[str]:
    """Return a line for each alert, those that began first, and of very many their numbers; `names` as of `title`."""
    if not alerts:
        return [_("Alerts from Besök arrive here.")]
    ordered = sorted(alerts, key=lambda alert: (alert.resolved is not None, alert.raised))
    lines = [sentence(alert, names[alert.id]) for alert in ordered[:LISTED]]
    rest = Counter((alert.resolved is not None, alert.kind) for alert in ordered[LISTED:])
    for (over, kind), n in rest.items():
        text = _("{n} more over: {kind}") if over else _("{n} more: {kind}")
        lines.append(text.format(n=formats.number(n), kind=kinds()[kind]))
    return lines


def sentence(alert: Alert, subject: str = "") -> str:
    """Describe one alert: the state and its beginning, or its end; `subject` is a name in place of the id."""
    what = _what(alert, subject or alert.subject)
    if alert.resolved is not None:
        over = _("Ended {time}: {what}")
        return over.format(time=formats.stamp(alert.resolved, _zone(alert)), what=what)
    return what


def kinds() -> dict[RuleKind, str]:
    """Return the names of the kinds of rules."""
    return {
        "sensor_offline": _("Sensor offline"),
        "finding": _("Finding about a sensor"),
        "space_over": _("Space nearly full"),
        "site_full": _("Site full"),
        "service": _("Service does not respond"),
        "forecast_old": _("Forecast old"),
        "backup_old": _("Backup old"),
        "target_probability": _("Low probability of reaching the target"),
        "cleaning": _("Time to clean"),
        "inside_after_closing": _("Somebody inside after closing"),
        "job_failed": _("Job failed"),
        "disk_low": _("Disk nearly full"),
        "monthly_report": _("Monthly report, when a month is over"),
    }


def _what(alert: Alert, subject: str) -> str:
    """Describe the state of an alert."""
    sentences: dict[RuleKind, str] = {
        "sensor_offline": _("Sensor {subject} offline since {time}"),
        "finding": _("Check the sensor {subject}: a finding since {time}"),
        "space_over": _("{subject}: at least {share} of the capacity ({people}, {time})"),
        "site_full": _("{subject} is full ({people}, {time})"),
        "service": _("The service “{subject}” does not respond, or is behind (since {time})"),
        "forecast_old": _("The forecast of {subject} is old (made {time})"),
        "backup_old": _("No backup since {time}"),
        "target_probability": _("Probability that {subject} reaches its target: {chance}"),
        "cleaning": _("{subject}: {n} entries since {time}, time to clean"),
        "inside_after_closing": _("{subject} is closed, and somebody seems to be inside ({people}, {time})"),
        "job_failed": _("The job “{subject}” failed (since {time})"),
        "disk_low": _("The disk of the service “{subject}” is nearly full (since {time})"),
    }
    return sentences[alert.kind].format(
        subject=_NAMES.get(alert.kind, str)(subject),
        n=formats.number(alert.value),
        people=plural("{n} person", "{n} people", round(alert.value or 0)).format(
            n=formats.number(alert.value)
        ),
        time=formats.stamp(alert.since, _zone(alert)),
        share=formats.percent(alert.threshold),
        chance=formats.percent(alert.value),
    )


def service_name(name: str) -> str:
    """Return the display name of a service, also of one of several with its own name; an unknown name as it is."""
    kind = name.partition("-")[0]
    names = {
        "collector": _("collection of messages"),
        "jobs": _("background jobs"),
        "web": _("web pages"),
        "receiver": _("counts by HTTP"),
        "scenarios": _("scenarios"),
        "broker": _("message broker"),
    }
    return names[name] if name in names else f"{names[kind]} ({name})" if kind in names else name


_NAMES: Final[Mapping[RuleKind, Callable[[str], str]]] = {
    "job_failed": job_text.name,
    "service": service_name,
    "disk_low": service_name,
}


def _zone(alert: Alert) -> str:
    return alert.timezone or "UTC"
