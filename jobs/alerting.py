"""Alerting: rules are evaluated every half minute, and each target gets one message with all changes."""

import ast
import logging
import re
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from functools import partial
from html import escape
from http.client import HTTPException
from threading import Thread
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from besok.model import settings as environment
from besok.model.alerts import Alert, AlertRule
from besok.services.alert_handling import get_names
from besok.services.alerts import Situation, get_states
from besok.store import alerts, job_runs
from besok.store.database import Database
from besok.text import alert_text
from besok.text.languages import speaking
from jobs.runs import do_each

log = logging.getLogger(__name__)

JUDGE: Final = "judge alerts"  # the duty
_REPLY: Final = re.compile(
    r"""\((\d{3}), (b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*")"""
)  # (451, b"come back later")
PATIENCE_S: Final = 10  # of a signal that this installation lives


class Attached(NamedTuple):
    """A PDF attached to a message."""

    name: str
    content: bytes


def judge(db: Database, now: datetime) -> None:
    """Evaluate every rule, and record what began and what ended."""
    situation = Situation(db, now)

    def settle(rule: AlertRule) -> None:
        states = get_states(situation, rule)
        alerts.settle(db, rule, states.met, states.unclear, now)

    do_each((f"rule {rule.id}", partial(settle, rule)) for rule in alerts.rules(db))


def to_send(db: Database, now: datetime) -> bool:
    """Tell whether any target is due a message, or a test message, and is not waiting after a failure."""
    ready = alerts.ready_targets(db, now)
    return any(
        target.trial or _due(db, target.name, now)
        for target in alerts.target_states(db)
        if target.name in ready
    )


def send(db: Database, now: datetime) -> None:
    """Send each target one message with all changes. A failed one is tried again later."""
    language = environment.load().language
    for target in (one.name for one in alerts.target_states(db) if one.trial or _due(db, one.name, now)):
        claimed = alerts.claim(db, target, now)
        if claimed is None:
            continue
        (url, trial), problem = claimed, None
        alerts_due = _due(db, target, now)  # again: another worker may have told it before this one's turn
        if alerts_due or trial:
            with speaking(language):
                names = get_names(db, alerts_due)
                problem = deliver(url, alert_text.title(alerts_due, names), _body(alerts_due, names))
        alerts.delivered(db, target, alerts_due, problem, now, trial=trial)
        if problem:
            log.warning("target %s was not reached: %s", target, problem, extra={"action": "alert_not_sent"})


def deliver(url: str, title: str, body: str, file: Attached | None = None) -> str | None:
    """Send a message, whose body is HTML, to an address of Apprise; return the error, if any, with a mail server's
    reply, not the address.

    Services that take no `file` leave it out, and those that show text by themselves get text.
    """
    import apprise  # takes a while, and few installations have a target
    from apprise.conversion import convert_between

    sender = apprise.Apprise()
    if not sender.add(url):
        return "the address is none that Apprise knows"
    logging.getLogger("apprise").propagate = False  # what it notes of its work holds addresses
    with apprise.LogCapture(level=logging.DEBUG, fmt="%(levelname)s %(message)s") as noted:  # type: ignore[no-untyped-call]
        more = {"attach": _attachment(file)} if file else {}
        shown = sender[0].resolve_format()
        if shown == apprise.NotifyFormat.MARKDOWN:  # in a dialect of each service: text, if it takes that
            shown = sender[0].resolve_format(apprise.NotifyFormat.TEXT)
        body = convert_between(apprise.NotifyFormat.HTML, shown, body)  # type: ignore[no-untyped-call]
        sent = sender.notify(title=title, body=body, body_format=shown, **more)
    return None if sent else _problem(noted.getvalue(), by_mail=url.lower().startswith("mailto"))[:300]


def _problem(noted: str, *, by_mail: bool) -> str:
    """Return the last warning, and by mail the server's reply, which is noted as an exception in a line of its own."""
    warnings: list[str] = re.findall("^(?:WARNING|ERROR) (.*)", noted, re.MULTILINE) or ["it was refused"]
    exceptions: list[str] = re.findall("^DEBUG Socket Exception: (.*)", noted, re.MULTILINE)
    if not (by_mail and exceptions):  # elsewhere an exception holds the address
        return warnings[-1]
    reply = exceptions[-1]
    for code, text in _REPLY.findall(reply)[-1:]:
        reply = f"{code} {ast.literal_eval(text).decode(errors='replace')}"
    plain = "".join(char if char.isprintable() else " " for char in reply)
    return f"{warnings[-1].rstrip('.')}: {' '.join(plain.split())}"


def _body(listed: Sequence[Alert], names: Mapping[int, str]) -> str:
    """Return the alerts as a list, with the addresses of their pages where others can open them."""
    items = "".join(f"<li>{escape(line)}</li>" for line in alert_text.lines(listed, names))
    root = environment.load().root
    links = [f"{root}/alerts/{site}" for site in dict.fromkeys(a.site for a in listed if a.site)] or [root]
    shown = "".join(f'<p><a href="{escape(link)}">{escape(link)}</a></p>' for link in links if root)
    return f"<ul>{items}</ul>{shown}"


def _attachment(file: Attached) -> Any:
    from apprise.attachment.memory import AttachMemory

    return AttachMemory(content=file.content, name=file.name, mimetype="application/pdf")  # type: ignore[no-untyped-call]


def may_signal(db: Database, _now: datetime) -> bool:
    """Tell whether there is an outside address for signs of life, and alerts can be judged: else it shall miss them."""
    return bool(environment.load().alive_url) and not any(
        run.failing for run in job_runs.states(db) if run.duty == JUDGE
    )


def signal(_db: Database, _now: datetime) -> None:
    """Send a sign of life to an outside address, which raises the alarm when it stays away.

    A thread of its own sends it: nothing waits for a network that is away.
    """
    url = environment.load().alive_url
    Thread(target=_signal, args=(url,), name="signal of life", daemon=True).start()


def _signal(url: str) -> None:
    try:
        urllib.request.urlopen(url, timeout=PATIENCE_S).close()
    except (OSError, ValueError, HTTPException) as exc:
        log.warning("the signal of life was not taken: %s", exc, extra={"action": "alive_not_sent"})


def _due(db: Database, target: str, now: datetime) -> list[Alert]:
    return [alert for alert in alerts.unsent(db, target) if not _is_quiet(alert, now)]


def _is_quiet(alert: Alert, now: datetime) -> bool:
    """Tell whether an alert is within its quiet hours."""
    if alert.quiet_from is None or alert.quiet_to is None:
        return False
    wall: time = now.astimezone(ZoneInfo(alert.timezone or "UTC")).time()
    if alert.quiet_from <= alert.quiet_to:
        return alert.quiet_from <= wall < alert.quiet_to
    return wall >= alert.quiet_from or wall < alert.quiet_to
