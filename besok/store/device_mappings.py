"""Mappings that people made for unknown devices: stored, placed, ended, and replayed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Json, Jsonb
from pydantic import TypeAdapter

from besok.model import audited, messages
from besok.model.errors import NotFound, StoreRefused
from besok.model.site import PayloadMapping, Sensor
from besok.model.topics import matches_stored
from besok.store import audit, identity, results
from besok.store.database import Connection, Database, sql
from besok.store.rollup import note_counting, recount
from besok.store.sites import MAPPING, id_of

_SENSORS = TypeAdapter(list[Sensor])


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceMapping:
    """A mapping in force, and the sensors placed with it."""

    id: int
    mapping: PayloadMapping
    author: str
    made: datetime
    replayed: datetime | None
    site: str | None
    sensors: tuple[Sensor, ...]
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingTopic:
    """A topic with messages that need a mapping: their number, the latest reason, and the latest payloads."""

    topic: str
    heard: datetime
    count: int
    reason: str
    payloads: tuple[bytes, ...]


def listing(db: Database) -> list[DeviceMapping]:
    """Return the mappings in force, in the order of creation."""
    return db.fetch("device_mappings", DeviceMapping)


def waiting_topics(
    db: Database, *, topic: str | None = None, limit: int, messages_each: int, length: int
) -> list[WaitingTopic]:
    """Return topics that need a mapping, latest message first, each with its last payloads, cut at `length` bytes."""
    params = {"topic": topic, "limit": limit, "messages": messages_each, "length": length}
    return db.fetch("unknown_topics", WaitingTopic, **params)


def topic_of(db: Database, device: str) -> str:
    """Return the topic on which a device last sent; "" if it never did."""
    return next((topic for (topic,) in db.rows("device_topic", device=device)), "")


def put(
    db: Database,
    mapping: PayloadMapping,
    *,
    author: str,
    now: datetime,
    site: str = "",
    sensors: Sequence[Sensor] = (),
    since: datetime | None = None,
) -> int:
    """Store a mapping, place its sensors in `site`, and notify the collectors. All or nothing; returns its number.

    Raises NotFound for an unknown place, StoreRefused for a channel that observes another place.
    """
    with db.transaction() as conn:
        conn.execute(sql("sites_lock"))
        site_id = id_of(conn, site) if sensors else None
        row = {
            "spec": Json(MAPPING.dump_python(mapping, mode="json", exclude_defaults=True)),
            "author": author,
            "now": now,
            "site_id": site_id,
            "sensors": Jsonb(_SENSORS.dump_python(list(sensors), mode="json", exclude_defaults=True)),
            "since": since,
        }
        ((number,),) = conn.execute(sql("device_mapping_put"), row).fetchall()
        if site_id is not None:
            _place(conn, site_id, sensors, since, now)
        conn.execute(sql("notify"), {"channel": "sites", "payload": site})
        detail = audited.said(author, mapping.topic)
        audit.note(conn, "device.mapping", str(number), site=site, detail=detail)
        return int(number)


def end(db: Database, number: int, now: datetime) -> None:
    """End a mapping and the placements made with it; its readings stay. Raises NotFound."""
    with db.transaction() as conn:
        conn.execute(sql("sites_lock"))
        row = conn.execute(sql("device_mapping_end"), {"id": number, "now": now}).fetchone()
        if row is None:
            raise NotFound(f"there is no mapping {number} in force; `besok device mappings` lists them")
        channels = _channels(conn, _SENSORS.validate_python(row[1]))
        in_force = _in_force(conn, channels.values())
        ids = [placement for placement, _ in in_force.values()]
        conn.execute(sql("placement_forget"), {"ids": ids, "now": now})
        conn.execute(sql("placement_close"), {"ids": ids, "now": now})
        audit.note(conn, "device.mapping", str(number), detail=audited.ENDED)
        conn.execute(sql("notify"), {"channel": "sites", "payload": ""})


def rejected_messages(db: Database, topic: str) -> list[int]:
    """Return the numbers of the rejected messages on topics that match a filter."""
    rows, key = db.rows("rejected_topics"), identity.key(db)
    return sorted(number for name, ids in rows if matches_stored(topic, name, key) for number in ids)


def rejected_payloads(db: Database, topic: str, *, limit: int, length: int) -> list[tuple[str, bytes]]:
    """Return topics and payloads of the last rejected messages that match a filter, none longer than `length`."""
    rows = db.rows("rejected_payloads", ids=rejected_messages(db, topic), limit=limit, length=length)
    return [(name, bytes(payload)) for name, payload in rows]


def replayed(db: Database, number: int, now: datetime) -> None:
    """Record that the rejected messages were replayed with a mapping."""
    db.run("device_mapping_replayed", {"id": number, "now": now})


def _place(
    conn: Connection, site_id: int, sensors: Sequence[Sensor], since: datetime | None, now: datetime
) -> None:
    note_counting(conn)
    places = {(r[0], r[1]): r[2] for r in conn.execute(sql("place_ids"), {"site_id": site_id})}
    identity.register(conn, map(_key, sensors))
    channels = _channels(conn, sensors)
    conn.execute(sql("lock_channels"), {"channels": sorted(channels.values())})
    in_force = _in_force(conn, channels.values())
    for sensor in sensors:
        channel = channels[_key(sensor)]
        observed = (places.get(("portal", sensor.portal)), places.get(("space", sensor.space)))
        if observed == (None, None):
            raise NotFound(messages.NO_PLACE(name=sensor.portal or sensor.space))
        if channel in in_force:
            if in_force[channel][1] != (*observed, sensor.swapped):
                raise StoreRefused(messages.PLACED_ELSEWHERE(device=sensor.device))
            continue
        row = dict(zip(("portal_id", "space_id"), observed, strict=True))
        row |= {
            "channel_id": channel,
            "swapped": sensor.swapped,
            "role": sensor.role,
            "since": since,
            "now": now,
        }
        conn.execute(sql("placement_since"), row)
    conn.execute(sql("placement_sandbox"))
    recount(conn)
    results.delete(conn, [site_id])


def _key(sensor: Sensor) -> identity.Key:
    return sensor.source, sensor.device, sensor.channel_key


def _channels(conn: Connection, sensors: Sequence[Sensor]) -> dict[identity.Key, int]:
    ids = identity.find_channels(conn, map(_key, sensors))
    return {key: channel for key, (channel, _) in ids.items()}


def _in_force(conn: Connection, channels: Iterable[int]) -> dict[int, tuple[int, tuple[Any, ...]]]:
    """Return the placements in force of channels: their number, and portal, space and swapped."""
    rows = conn.execute(sql("placement_open_rows"), {"channels": list(channels), "sites": []})
    return {r[1]: (r[0], (r[2], r[3], r[4])) for r in rows}
