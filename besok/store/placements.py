"""What each channel observes, and when; what of it changes is counted again for exactly the days concerned."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import psycopg

from besok.model.calendar import placement_span
from besok.model.site import Site
from besok.model.sitefile.merge import ChannelKey, keyed
from besok.store.database import sql

_Connection = psycopg.Connection[Any]
# portal, space, swapped, role, from, until
Observed = tuple[int | None, int | None, bool, str, datetime | None, datetime | None]


def write_placements(conn: _Connection, sites: Iterable[Site], ids: Mapping[str, int]) -> None:
    """Make the channels of some sites have the places that the sites state, and no others."""
    wanted = _wanted(conn, sites, ids)
    conn.execute(sql("lock_channels"), {"channels": sorted(wanted)})
    standing: dict[int, dict[Observed, int]] = {}
    for placement, channel, *what in conn.execute(sql("placement_rows"), {"channels": list(wanted)}):
        standing.setdefault(channel, {})[_observed(what)] = placement
    gone = [
        placement
        for channel, rows in standing.items()
        for what, placement in rows.items()
        if what not in wanted[channel]
    ]
    conn.execute(sql("placement_delete"), {"ids": gone})
    names = ("portal_id", "space_id", "swapped", "role", "begins", "ends")
    new = [
        dict(zip(names, what, strict=True), channel_id=channel)
        for channel, places in wanted.items()
        for what in places
        if what not in standing.get(channel, {})
    ]
    conn.cursor().executemany(sql("placement_insert"), new)
    conn.execute(sql("placement_sandbox"))


def _observed(columns: list[Any]) -> Observed:
    portal, space, swapped, role, begins, ends = columns
    return portal, space, swapped, role, begins, ends


def _wanted(conn: _Connection, sites: Iterable[Site], ids: Mapping[str, int]) -> dict[int, list[Observed]]:
    """Return what each channel of the sites is to observe; unknown devices and channels are registered."""
    wanted: dict[ChannelKey, list[Observed]] = {}
    for site in sites:
        places = {(r[0], r[1]): r[2] for r in conn.execute(sql("place_ids"), {"site_id": ids[site.id]})}
        for sensor, key in keyed(site):
            portal, space = places.get(("portal", sensor.portal)), places.get(("space", sensor.space))
            what = (portal, space, sensor.swapped, sensor.role, *placement_span(sensor, site))
            wanted.setdefault(key, []).append(what)
        _register(conn, site)
    if not wanted:
        return {}
    columns = dict(zip(("source", "device", "key"), map(list, zip(*wanted, strict=True)), strict=True))
    channels = {(r[0], r[1], r[2]): r[3] for r in conn.execute(sql("find_channels"), columns)}
    return {channels[key]: places for key, places in wanted.items()}  # in the order of the file


def _register(conn: _Connection, site: Site) -> None:
    rows = [(s, *key) for s, key in keyed(site)]
    columns = {"source": [r[1] for r in rows], "device": [r[2] for r in rows], "key": [r[3] for r in rows]}
    conn.execute(sql("register_devices"), {"source": columns["source"], "device": columns["device"]})
    conn.execute(sql("register_channels"), columns)
    described = [
        {
            "source": r[1],
            "external_id": r[2],
            "model": r[0].model,
            "interval_s": r[0].interval_s,
            "topics": list(r[0].topics),
        }
        for r in rows
    ]
    # what the file states comes first, and is to hold; the past of channels it has no more comes after
    conn.cursor().executemany(sql("device_describe"), described[::-1])
