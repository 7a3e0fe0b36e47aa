"""Identity of devices: registration of new ones, their topics, and the key of pseudonyms."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from besok.model import audited
from besok.model.errors import NotFound, StoreUnavailable
from besok.model.pseudonyms import channel_stands_for, stands_for
from besok.store import audit
from besok.store.database import Connection, Database, sql

Device = tuple[str, str]  # source, external id
Key = tuple[str, str, str]  # source, external id, channel; "" for the device alone
CHANNELS_LIMIT = 500  # of one device; the largest platforms send some hundred desks as one device

Topics = Mapping[Device, tuple[str, ...]]


def key(db: Database) -> bytes:
    """Return the key of pseudonyms. Raises StoreUnavailable."""
    ((secret,),) = db.rows("installation_key")
    return bytes(secret)


def hide(db: Database, stored: Callable[[Key], Key], topic: Callable[[str], str]) -> int:
    """Rename devices, lines and topics stored by an older version as they would be named now; return how many.

    Raises StoreUnavailable.
    """
    with db.transaction() as conn:
        conn.execute(sql("admission_lock"))
        rows = conn.execute(sql("stored_names")).fetchall()
        devices = {row[0]: row[1:5] for row in rows}
        changed = 0
        for number, (source, device, last_topic, topics) in devices.items():
            renamed = {"device": stored((source, device, ""))[1], "topic": last_topic and topic(last_topic)}
            renamed["heard"] = list(dict.fromkeys(map(topic, topics)))
            if renamed != {"device": device, "topic": last_topic, "heard": topics}:
                changed += conn.execute(sql("store_device_name"), {**renamed, "id": number}).rowcount
        for _, source, device, _, _, channel, key in rows:
            if channel and (line := stored((source, device, key))[2]) != key:
                changed += conn.execute(sql("store_channel_name"), {"id": channel, "key": line}).rowcount
        return changed


def admit(db: Database, keys: Sequence[Key], limit: int, now: datetime) -> set[Key]:
    """Register the devices of new channels, `limit` an hour at most, in order; return the channels that are not
    admitted: those of all further devices, and those beyond the limit of a device.

    A device stored under its pseudonym gets its name. Raises StoreUnavailable.
    """
    requested: defaultdict[Device, list[str]] = defaultdict(list)
    for source, device, channel in keys:
        requested[source, device].append(channel)
    with db.transaction() as conn:
        channels = _channels(conn, requested)
        if requested.keys() - channels.keys():
            conn.execute(sql("admission_lock"))
            name(conn, keys)
            channels = _channels(conn, requested)
            new = [device for device in requested if device not in channels]
            row = conn.execute(sql("registered_lately"), {"now": now}).fetchone()
            admitted = new[: max(limit - (row[0] if row else 0), 0)]
            conn.execute(sql("register_heard"), {**_columns(admitted), "now": now})
            channels |= dict.fromkeys(admitted, frozenset())
    return {
        (*device, channel)
        for device, channel_keys in requested.items()
        for channel in _refused(channel_keys, channels.get(device))
    }


def _refused(requested: Sequence[str], registered: frozenset[str] | None) -> Sequence[str]:
    if registered is None:
        return requested
    new = [channel for channel in requested if channel and channel not in registered]
    return new[max(CHANNELS_LIMIT - len(registered), 0) :]


def _channels(conn: Connection, devices: Iterable[Device]) -> dict[Device, frozenset[str]]:
    """Return the channels of those devices that are registered."""
    rows = conn.execute(sql("registered_channels"), _columns(devices))
    return {(source, device): frozenset(channels) for source, device, channels in rows}


def name(conn: Connection, keys: Iterable[Key]) -> None:
    """Replace the pseudonyms of devices and lines by the names that a person has given."""
    given = set(keys)
    rows = conn.execute(sql("pseudonymous_channels"), {"source": sorted({key[0] for key in given})})
    if not (pseudonymous := rows.fetchall()):
        return
    ((secret,),) = conn.execute(sql("installation_key"))
    devices = {
        (source, hidden, device)
        for source, hidden, _ in pseudonymous
        for given_source, device in {key[:2] for key in given}
        if given_source == source and hidden != device and stands_for(hidden, device, secret)
    }
    _rename(conn, "name_devices", sorted((*row, "") for row in devices))
    real = {(source, hidden): device for source, hidden, device in devices}
    lines = {
        (source, hidden, channel, device)
        for source, stored_device, hidden in pseudonymous
        for given_source, device, channel in given
        if (given_source, device) == (source, real.get((source, stored_device), stored_device))
        and hidden != channel
        and channel_stands_for(hidden, channel, secret)
    }
    _rename(conn, "name_channels", sorted(lines))


def _rename(conn: Connection, statement: str, rows: Sequence[tuple[str, str, str, str]]) -> None:
    """Rename what has a pseudonym, also in the placements of mappings; of channels with their device."""
    if not rows:
        return
    names = ("source", "pseudonym", "name", "device")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    conn.execute(sql(statement), columns)
    conn.execute(sql("name_mapped"), columns)
    conn.execute(sql("notify"), {"channel": "names", "payload": ""})


def _columns(devices: Iterable[Device]) -> dict[str, list[str]]:
    pairs = list(devices)
    return {"source": [source for source, _ in pairs], "device": [device for _, device in pairs]}


def register(conn: Connection, keys: Iterable[Key]) -> None:
    """Register channels and their devices unless known by name or by pseudonym."""
    channels = list(keys)
    name(conn, channels)
    columns = _key_columns(channels)
    conn.execute(sql("register_devices"), columns)
    conn.execute(sql("register_channels"), columns)


def find_channels(conn: Connection, keys: Iterable[Key]) -> dict[Key, tuple[int, int]]:
    """Return the ids of those channels that are registered, and of their devices."""
    rows = conn.execute(sql("find_channels"), _key_columns(keys))
    return {
        (source, device, key): (channel_id, device_id) for source, device, key, channel_id, device_id in rows
    }


def _key_columns(keys: Iterable[Key]) -> dict[str, list[str]]:
    rows = list(keys)
    return {name: [key[n] for key in rows] for n, name in enumerate(("source", "device", "key"))}


def learn_topics(conn: Connection, topics_seen: Topics, binds: Iterable[Device]) -> None:
    """Record the topics on which unbound devices sent; those in `binds` are placed, and thereby bound to them.

    Raises StoreUnavailable if one of the latter is bound to other topics by now: decode the batch again.
    """
    rows = [(*device, topic) for device, filters in sorted(topics_seen.items()) for topic in filters]
    conn.execute(
        sql("learn_topics"), {**_columns((s, d) for s, d, _ in rows), "topic": [t for _, _, t in rows]}
    )
    bound = sorted(binds)
    if not bound:
        return
    conn.execute(sql("notify"), {"channel": "bindings", "payload": ""})
    for source, device, topics in conn.execute(sql("bound_topics"), _columns(bound)):
        if not set(topics_seen[source, device]) <= set(topics):
            raise StoreUnavailable("another collector has bound a device to its topics meanwhile")


def set_topics(db: Database, device: str, topics: Sequence[str]) -> None:
    """Bind a device to topic filters as the site file would; none: to the topic on which it sends next.

    Raises NotFound, StoreUnavailable.
    """
    with db.transaction() as conn:
        if not conn.execute(sql("set_topics"), {"device": device, "topics": list(topics)}).rowcount:
            raise _no_device(device)
        audit.note(
            conn, "device.topics", device, detail=audited.listed(*topics) if topics else audited.LEARNT
        )
        conn.execute(sql("notify"), {"channel": "bindings", "payload": ""})


def topics_of(db: Database, device: str) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Return source, stated filters and observed topics of each device of this name. Raises NotFound."""
    rows = db.rows("topics_of", device=device)
    if not rows:
        raise _no_device(device)
    return [(source, tuple(stated), tuple(seen)) for source, stated, seen in rows]


def _no_device(device: str) -> NotFound:
    return NotFound(f'there is no device "{device}"; `besok device list` shows those there are')
