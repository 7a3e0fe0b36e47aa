"""Scenario runs in the database: queued, claimed one at a time, cancelled, finished."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from besok.model import audited, messages
from besok.model.errors import NotFound, ScenarioRefused
from besok.model.scenario_sandbox import sandbox_id
from besok.model.scenarios import MOST_KEPT, MOST_QUEUED, FailedFor, RunState, ScenarioSpec
from besok.model.views.scenarios import ScenarioRun, UnreadableRun
from besok.store import audit
from besok.store.database import Connection, Database, fetch_one, sql
from besok.store.removal import remove_sites
from besok.store.sites import no_site


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A scenario run claimed by a process, for the `attempt`-th time; `spec` as it is stored."""

    number: int
    site: str
    spec: Any
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A question that is played live in the sandbox of its site, up to a time; `spec` as it is stored."""

    number: int
    site: str
    spec: Any
    begins: datetime
    until: datetime


def ask(db: Database, site: str, spec: ScenarioSpec, *, author: str, now: datetime) -> int:
    """Queue a scenario run and return its number; a recording is done at once.

    Raises NotFound, ScenarioRefused.
    """
    waits = spec.recorded is None
    with db.transaction() as conn:
        row = conn.execute(sql("scenario_lock"), {"site": site}).fetchone()
        if row is None:
            raise no_site(conn, site)
        key = {"site_id": row[0]}
        if waits and _count(conn, key) >= MOST_QUEUED:
            raise ScenarioRefused(messages.SCENARIOS_QUEUED(most=MOST_QUEUED))
        state = {"state": "queued", "ended": None} if waits else {"state": "done", "ended": now}
        values = {**key, "spec": Jsonb(msgspec.to_builtins(spec)), "author": author, "now": now, **state}
        number = _number(conn, values)
        conn.execute(sql("scenarios_forget"), {**key, "kept": MOST_KEPT})
        audit.note(conn, "scenario", str(number), site=site, detail=audited.QUEUED(title=spec.title))
    return number


def _count(conn: Connection, key: dict[str, Any]) -> int:
    row = conn.execute(sql("scenarios_waiting"), key).fetchone()
    return int(row[0]) if row else 0


def _number(conn: Connection, values: dict[str, Any]) -> int:
    row = conn.execute(sql("scenario_ask"), values).fetchone()
    assert row
    return int(row[0])


def listing(db: Database, site: str) -> tuple[list[ScenarioRun], list[UnreadableRun]]:
    """Return the questions of a site without their results, the last first; and the unreadable ones."""
    runs, unreadable = [], []
    for stored in db.fetch("scenarios", dict[str, Any], site=site):
        try:
            runs.append(_read(stored))
        except ScenarioRefused:
            unreadable.append(msgspec.convert(stored, UnreadableRun))
    return runs, unreadable


def load(db: Database, site: str, number: int) -> ScenarioRun:
    """Return a scenario run of a site with its result. Raises NotFound, ScenarioRefused where it is unreadable."""
    return _read(_stored(db, site, number))


def _read(stored: dict[str, Any]) -> ScenarioRun:
    try:
        return msgspec.convert(stored, ScenarioRun)
    except msgspec.ValidationError as exc:
        raise ScenarioRefused(messages.SCENARIO_UNREADABLE(number=stored["number"])) from exc


def _stored(db: Database, site: str, number: int) -> dict[str, Any]:
    """Return a run as it is stored, which may be unreadable. Raises NotFound."""
    run = db.fetch_one("scenario", dict[str, Any], site=site, number=number)
    if run is None:
        raise NotFound(messages.NO_SCENARIO(number=number))
    return run


def cancel(db: Database, site: str, number: int, now: datetime) -> None:
    """Cancel a run; its process notices at the next part. Raises NotFound, ScenarioRefused if it has ended."""
    _stored(db, site, number)
    with db.transaction() as conn:
        if not conn.execute(sql("scenario_cancel"), {"number": number, "now": now}).rowcount:
            raise ScenarioRefused(messages.SCENARIO_ENDED)
        audit.note(conn, "scenario", str(number), site=site, detail=audited.CANCELLED)


def remove(db: Database, site: str, number: int) -> None:
    """Remove a run and its result. Raises NotFound, ScenarioRefused where it is queued, running or played."""
    spec = _stored(db, site, number)["spec"]
    title = spec.get("title", "") if isinstance(spec, dict) else ""
    with db.transaction() as conn:
        if not conn.execute(sql("scenario_remove"), {"number": number}).rowcount:
            raise ScenarioRefused(messages.SCENARIO_IN_USE)
        audit.note(conn, "scenario", str(number), site=site, detail=audited.REMOVED_TITLE(title=title))


def waits(db: Database) -> bool:
    """Tell whether any run is queued, or was left by a crashed process."""
    ((any_waiting,),) = db.rows("scenario_waits")
    return bool(any_waiting)


def claim(db: Database, now: datetime) -> Claim | None:
    """Claim the next run, or one left by a crashed process; None if there is none.

    Only for the process that has claimed the duty of running scenarios.
    """
    with db.transaction() as conn:
        return fetch_one(conn, "scenario_claim", Claim, now=now)


def progress(db: Database, claimed: Claim, done: int, total: int) -> bool:
    """Record the progress of a run; False where it was cancelled, or claimed by another process."""
    key = {"number": claimed.number, "attempt": claimed.attempt}
    return bool(db.run("scenario_progress", {**key, "done": done, "total": total}))


def end(
    db: Database,
    claimed: Claim,
    state: RunState,
    now: datetime,
    *,
    reason: FailedFor = "",
    result: dict[str, Any] | None = None,
) -> bool:
    """Record the outcome of a run; False where it was cancelled, or claimed by another process."""
    key = {"number": claimed.number, "attempt": claimed.attempt}
    data = Jsonb(result) if result else None
    return bool(db.run("scenario_end", {**key, "state": state, "now": now, "reason": reason, "result": data}))


def play(db: Database, site: str, number: int, *, now: datetime, until: datetime) -> None:
    """Start the play of a finished run. Raises ScenarioRefused where it is not finished, or one is played."""
    with db.transaction() as conn:
        conn.execute(sql("sites_lock"))
        if not conn.execute(sql("scenario_play"), {"number": number, "now": now, "until": until}).rowcount:
            raise ScenarioRefused(messages.SCENARIO_NOT_PLAYED)
        audit.note(conn, "scenario", str(number), site=site, detail=audited.PLAYED)


def end_play(db: Database, site: str, number: int, now: datetime) -> None:
    """End the play of a run; the process that plays it deletes the sandbox. Raises NotFound."""
    _stored(db, site, number)
    with db.transaction() as conn:
        if conn.execute(sql("scenario_play_end"), {"number": number, "now": now}).rowcount:
            audit.note(conn, "scenario", str(number), site=site, detail=audited.PLAY_ENDED)


def played(db: Database) -> Played | None:
    """Return the question that is played, or was and whose sandbox is not cleared away yet."""
    return db.fetch_one("scenario_played", Played)


def clear_away(db: Database, ended: Played) -> None:
    """Delete the sandbox of a played run, with all its content."""
    with suppress(NotFound):
        remove_sites(db, sandbox_id(ended.site), statement="scenario_sandbox_delete")
    db.run("scenario_cleared", {"number": ended.number})
