"""Alert rules, their occurrences, and the messages sent about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from besok.model import audited, messages
from besok.model.access import Audited
from besok.model.alerts import Alert, AlertRule, AlertState
from besok.model.errors import AlertError, NotFound
from besok.model.messages import Translatable
from besok.model.views.alerts import Announcement, MaintenanceInfo, TargetInfo
from besok.store import audit
from besok.store.database import Connection, Database, fetch, sql, values_of

CHANNEL: Final = "told"  # payload: the site whose notices changed, "" for the whole installation
KEPT: Final = timedelta(days=400)  # so that a year can be looked back on
_EVER: Final = datetime(1990, 1, 1, tzinfo=UTC)


def put_target(db: Database, name: str, url: str, *, trial: bool = False) -> None:
    """Store the Apprise address of a target, in place of an earlier one; `trial`: the jobs send a test message."""
    _change(db, "alert_target_put", "alert.target", {"name": name, "url": url, "trial": trial})


def try_target(db: Database, name: str) -> bool:
    """Have the jobs send a test message to a target; False if there is none of that name."""
    return db.run("alert_target_try", {"name": name}) == 1


def remove_target(db: Database, name: str, now: datetime) -> bool:
    """Remove a target, and end the rules that send to it; False if there is none of that name."""
    with db.transaction() as conn:
        conn.execute(sql("alert_target_lock"), {"name": name})
        for rule in fetch(conn, "alert_rules", AlertRule):
            if rule.target == name:
                _remove_rule(conn, rule.id, now)
        return _change_within(conn, "alert_target_remove", "alert.target.remove", {"name": name}) != ""


def target_states(db: Database) -> list[TargetInfo]:
    """Return the targets without their addresses."""
    return db.fetch("alert_target_states", TargetInfo)


def lost_targets(db: Database, now: datetime) -> list[tuple[str, datetime]]:
    """Return the targets that messages do not reach, each with since when."""
    return db.rows("alert_targets_lost", now=now)


def open_lately(db: Database, rule: int, since: datetime) -> set[str]:
    """Return the subjects of the open occurrences of a rule that were raised after a time."""
    return {subject for (subject,) in db.rows("alerts_open", rule=rule, since=since)}


def ready_targets(db: Database, now: datetime) -> set[str]:
    """Return the names of the targets that do not wait after a failed message."""
    return {name for (name,) in db.rows("alert_targets_ready", now=now)}


def targets(db: Database) -> dict[str, str]:
    """Return the addresses by name."""
    return dict(db.rows("alert_targets"))


def add_rule(db: Database, rule: AlertRule, now: datetime) -> int:
    """Keep a rule; return its number. Raises NotFound without its target, AlertError where an equal one is in force."""
    with db.transaction() as conn:
        if conn.execute(sql("alert_target_lock"), {"name": rule.target}).fetchone() is None:
            raise NotFound(messages.NO_ALERT_TARGET(name=rule.target))
        for other in fetch(conn, "alert_rules", AlertRule):
            if replace(other, id=rule.id, author=rule.author) == rule:
                raise AlertError(messages.RULE_EXISTS(number=other.id))
        params = {**values_of(rule), "now": now}
        return int(
            _change_within(conn, "alert_rule_add", "alert.rule", params, audited.word("alert", rule.kind))
        )


def rules(db: Database) -> list[AlertRule]:
    """Return the rules in force."""
    return db.fetch("alert_rules", AlertRule)


def remove_rule(db: Database, number: int, now: datetime) -> bool:
    """End a rule and its open occurrences; False if there is none of that number."""
    with db.transaction() as conn:
        return _remove_rule(conn, number, now)


def _remove_rule(conn: Connection, number: int, now: datetime) -> bool:
    key = {"id": number, "now": now}
    removed = _change_within(conn, "alert_rule_remove", "alert.rule.remove", key) != ""
    conn.execute(sql("alert_rule_resolve"), key)
    return removed


def settle(
    db: Database, rule: AlertRule, states: Sequence[AlertState], kept: Sequence[str], now: datetime
) -> None:
    """Raise the states in which a rule holds; resolve its open occurrences of all subjects but those and the `kept`."""
    for state in states:
        about = list({state.subject, state.site or "", *state.about})
        db.run("alert_raise", {**values_of(state), "rule": rule.id, "about": about, "now": now})
    subjects = [*(state.subject for state in states), *kept]
    db.run("alert_resolve", {"rule": rule.id, "subjects": subjects, "now": now})


def listing(db: Database, since: datetime, site: str | None = None) -> list[Alert]:
    """Return the alerts that are open or were resolved since a time, newest first.

    With `site`: its own, and those of the whole installation.
    """
    return db.fetch("alerts", Alert, since=since, site=site, id=None)


def find(db: Database, number: int) -> Alert | None:
    """Return an occurrence, open or resolved."""
    return db.fetch_one("alerts", Alert, since=_EVER, site=None, id=number)


def acknowledge(db: Database, number: int, author: str, now: datetime) -> bool:
    """Record who takes care of an occurrence; False unless it exists and is not acknowledged yet."""
    key = {"id": number, "author": author, "now": now}
    return _change(db, "alert_acknowledge", "alert.acknowledge", key, audited.BY(author=author)) != ""


def acknowledged_last(db: Database, rule: int, subject: str) -> datetime | None:
    """Return when an occurrence of a rule about a subject was last acknowledged."""
    ((last,),) = db.rows("alert_acknowledged_last", rule=rule, subject=subject)
    return last  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message that was sent, or was not: why."""

    target: str
    at: datetime
    alerts: int
    problem: str | None


def deliveries(db: Database) -> list[Delivery]:
    """Return the last deliveries, the newest first."""
    return db.fetch("alert_deliveries", Delivery)


def mute(
    db: Database, subject: str, *, site: str | None, reason: str, author: str, until: datetime, now: datetime
) -> int:
    """Raise nothing about a subject until then; return the number of the entry."""
    key = {"subject": subject, "site": site, "reason": reason, "author": author, "until": until, "now": now}
    about = audited.said(author, subject, audited.UNTIL(until=f"{until:%Y-%m-%d %H:%M}"), reason)
    return int(_change(db, "alert_mute_add", "maintenance", key, about))


def maintenance(db: Database, site: str | None, since: datetime) -> list[MaintenanceInfo]:
    """Return the maintenance at a site, or anywhere, that is under way or was since a time, latest first."""
    return db.fetch("maintenance", MaintenanceInfo, site=site, since=since)


def end_maintenance(db: Database, site: str | None, number: int, author: str, now: datetime) -> bool:
    """End maintenance before its time; False if none of that number is under way."""
    key = {"site": site, "id": number, "author": author, "now": now}
    return _change(db, "maintenance_end", "maintenance", key, audited.said(author, audited.ENDED)) != ""


def announced(db: Database, site: str, now: datetime) -> Announcement | None:
    """Return the announcement on the wall screens of a site."""
    return db.fetch_one("announcement", Announcement, site=site, now=now)


def announce(db: Database, site: str, text: str, *, author: str, until: datetime, now: datetime) -> None:
    """Announce a text on the wall screens of a site, in place of the previous one."""
    key = {"site": site, "text": text, "author": author, "until": until, "now": now}
    about = audited.said(author, text, audited.UNTIL(until=f"{until:%Y-%m-%d %H:%M}"))
    _change(db, "announcement_put", "announcement", key, about)


def end_announcement(db: Database, site: str, author: str, now: datetime) -> bool:
    """End the announcement; False if there is none."""
    ended = audited.said(author, audited.ENDED)
    return _change(db, "announcement_end", "announcement", {"site": site, "now": now}, ended) != ""


def claim(db: Database, target: str, now: datetime) -> tuple[str, bool] | None:
    """Claim a target for this process to send to now; return its address and whether to send a test message.

    None while it has to wait.
    """
    rows = db.rows("alert_target_claim", name=target, now=now)
    return (rows[0][0], rows[0][1]) if rows else None


def forget(db: Database, now: datetime) -> None:
    """Delete occurrences and deliveries that are long over."""
    db.run("alerts_forget", {"before": now - KEPT})


def reports_sent(db: Database) -> set[tuple[int, str]]:
    """Return the rules by which monthly reports were sent, each with the site and month, as site/2026-10."""
    return set(db.rows("reports_sent"))


def report_sent(
    db: Database, rule: AlertRule, site: str, subject: str, problem: str | None, now: datetime
) -> None:
    """Log the outcome of sending a monthly report; a delivered one is not sent again."""
    if problem is None:
        db.run("report_sent", {"rule": rule.id, "site": site, "subject": subject, "now": now})
    db.run("alert_delivery_add", {"name": rule.target, "alerts": 1, "problem": problem, "now": now})


def release(db: Database, target: str, problem: str | None, now: datetime, *, trial: bool) -> None:
    """Let others send to a target again: after a `problem` a while later."""
    db.run("alert_target_done", {"name": target, "problem": problem, "trial": trial, "now": now})


def unsent(db: Database, target: str) -> list[Alert]:
    """Return the alerts not yet sent to a target."""
    return db.fetch("alerts_unsent", Alert, target=target)


def delivered(
    db: Database, target: str, alerts: Sequence[Alert], problem: str | None, now: datetime, *, trial: bool
) -> None:
    """Log the outcome of sending, and release the target."""
    if problem is None and alerts:
        over = [alert.id for alert in alerts if alert.resolved]
        db.run("alerts_sent", {"ids": [alert.id for alert in alerts], "over": over, "now": now})
    if alerts or trial:
        key = {"name": target, "alerts": len(alerts), "problem": problem, "now": now}
        db.run("alert_delivery_add", key)
    release(db, target, problem, now, trial=trial)


def _change(
    db: Database,
    statement: str,
    action: Audited,
    params: Mapping[str, object],
    detail: Translatable | None = None,
) -> str:
    """Execute a statement and audit it under the subject and site that it returns; "" where it returns nothing."""
    with db.transaction() as conn:
        return _change_within(conn, statement, action, params, detail)


def _change_within(
    conn: Connection,
    statement: str,
    action: Audited,
    params: Mapping[str, object],
    detail: Translatable | None = None,
) -> str:
    """Execute and audit a statement, as `_change` does, within a larger transaction."""
    row = conn.execute(sql(statement), params).fetchone()
    if row is None:
        return ""
    audit.note(conn, action, str(row[0]), site=row[1] or "", detail=detail)
    conn.execute(sql("notify"), {"channel": CHANNEL, "payload": row[1] or ""})
    return str(row[0])
