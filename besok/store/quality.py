"""Input of sensor checks, and storage of their findings.

All functions work inside the caller's transaction. A finding is open until it is acknowledged, and in either state
ends with its cause; each step is a line of its history.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb

from besok.model import audited
from besok.model.findings import Finding, Kind
from besok.store import audit, results
from besok.store.database import Connection, fetch, sql

# How long a finding that is no longer made stays open: what rests on days does not end within an hour.
LASTING: Final[Mapping[Kind, timedelta]] = {
    "silent": timedelta(0),
    "stuck": timedelta(0),
    "blind": timedelta(0),
}
LASTS: Final = timedelta(hours=24)
WATCHED: Final = timedelta(days=14)  # after its cause was changed; a swapped door is found within eight
IMPUTED_AGAIN: Final = timedelta(days=8)  # older estimates stay: the figures of a past month do not change
_IMPUTED_TYPES = ("int4", "timestamptz", "float8", "float8", "float8", "float4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel with its present placement."""

    source: str
    device: str
    channel: str
    channel_id: int
    heard: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    finding_id: int
    kind: Kind
    channel_id: int | None
    since: datetime
    seen: datetime


def due(conn: Connection, before: datetime) -> list[str]:
    """Return the sites whose sensors were not checked since a moment."""
    return [slug for (slug,) in conn.execute(sql("quality_due"), {"before": before})]


def claim(conn: Connection, site: str, now: datetime, before: datetime) -> int | None:
    """Return the id of the site, whose sensors count as checked from now on; None if another worker has done so."""
    row = conn.execute(sql("quality_claim"), {"site": site, "now": now, "before": before}).fetchone()
    return row[0] if row else None


def channels(conn: Connection) -> list[Channel]:
    """Return the channels that are placed now."""
    return fetch(conn, "quality_channels", Channel)


def series(
    conn: Connection, query: str, channel_ids: Sequence[int], begins: datetime, ends: datetime
) -> list[Any]:
    """Return "quality_flows" or "quality_levels": channel, steps of 15 minutes since `begins`, and arrays of values."""
    params = {"channels": list(channel_ids), "begins": begins, "ends": ends}
    return conn.execute(sql(query), params, binary=True).fetchall()


def faulty_spans(
    conn: Connection, channel_ids: Sequence[int], begins: datetime, now: datetime
) -> list[tuple[int, datetime, datetime]]:
    """Return channels with the times (begin, end) of findings about them."""
    params = {"channels": list(channel_ids), "begins": begins, "now": now}
    return conn.execute(sql("finding_spans"), params).fetchall()


def acknowledge(conn: Connection, number: int, who: str, why: str, now: datetime) -> bool:
    """Acknowledge a finding with author and reason; False if it is resolved or there is none."""
    params = {"finding_id": number, "who": who, "note": why, "now": now}
    done = conn.execute(sql("finding_acknowledge"), params).rowcount > 0
    if done:
        audit.note(conn, "finding.acknowledge", str(number), detail=audited.said(who, why))
    return done


def note(
    conn: Connection, site_id: int, findings: Iterable[tuple[int | None, Finding]], now: datetime
) -> None:
    """Store the present findings of a site with the channel of each: open new ones, resolve those that are absent."""
    open_findings = fetch(conn, "finding_standing", _Open, site_id=site_id)
    stored = {(r.kind, r.channel_id): r for r in open_findings}
    present = {(f.kind, channel): f for channel, f in findings}
    for (kind, channel_id), f in present.items():
        new = {"evidence": Jsonb(dict(f.evidence)), "odds": f.odds, "now": now}
        before = stored.get((kind, channel_id))
        if before:
            conn.execute(sql("finding_again"), {"finding_id": before.finding_id, "watched": WATCHED, **new})
        else:
            params = {"site_id": site_id, "kind": kind, "channel_id": channel_id, "since": f.since, **new}
            conn.execute(sql("finding_insert"), params)
    if ("silent", None) in present:
        return  # while a site is silent, no sensor is known to work again
    ended = [r.finding_id for key, r in stored.items() if key not in present and _over(r, present, now)]
    if ended:
        conn.execute(sql("finding_resolve"), {"ids": ended, "now": now})


def _over(row: _Open, present: Mapping[tuple[Kind, int | None], Finding], now: datetime) -> bool:
    """Tell whether a finding that is absent now has ended: at once, after a day, or by another fault."""
    other = row.channel_id is not None and any(channel == row.channel_id for _, channel in present)
    return other or now - row.seen >= LASTING.get(row.kind, LASTS)


def replace_imputed(
    conn: Connection,
    site_id: int,
    channel_ids: Sequence[int],
    since: datetime,
    rows: Iterable[tuple[int, datetime, float, float, float, float]],
) -> None:
    """Replace the people estimated for silent quarters since a moment.

    Rows are channel, quarter, people in and out in the channel's own directions, standard error of their sum, and
    seconds that were covered. The view portal_imputed counts a row only until more of its quarter is received.
    """
    params = {"channels": list(channel_ids), "since": since}
    changed = conn.execute(sql("imputed_delete"), params).rowcount
    with conn.cursor() as cur, cur.copy(sql("imputed_copy")) as copy:
        copy.set_types(_IMPUTED_TYPES)
        for row in rows:
            copy.write_row(row)
            changed += 1
    if changed:
        results.delete(conn, [site_id])
