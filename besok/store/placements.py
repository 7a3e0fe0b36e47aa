"""What each channel observes, and when; what of it changes is counted again for exactly the days concerned."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from besok.model.calendar import placement_span
from besok.model.site import Site
from besok.model.sitefile.merge import ChannelKey, keyed
from besok.store import identity
from besok.store.database import Connection, sql

Begun = tuple[int | None, int | None, bool, str, datetime | None]  # portal, space, swapped, role, from
Rest = tuple[datetime | None, list[float] | None]  # until, where on the plan


def write_placements(conn: Connection, sites: Iterable[Site], ids: Mapping[str, int]) -> None:
    """Make the channels of some sites have the places that the sites state, and no others."""
    wanted = _wanted_placements(conn, sites, ids)
    conn.execute(sql("lock_channels"), {"channels": sorted(wanted)})
    standing: dict[tuple[int, Begun], tuple[int, Rest]] = {}
    for placement, channel, *begun, ends, at in conn.execute(
        sql("placement_rows"), {"channels": list(wanted)}
    ):
        portal, space, swapped, role, begins = begun
        standing[channel, (portal, space, swapped, role, begins)] = placement, (ends, at)
    stated = {(channel, begun): rest for channel, places in wanted.items() for begun, rest in places}
    conn.execute(
        sql("placement_delete"), {"ids": [standing[key][0] for key in standing if key not in stated]}
    )
    moved = [
        {"id": standing[key][0], "ends": rest[0], "at": rest[1]}
        for key, rest in stated.items()
        if key in standing and standing[key][1] != rest
    ]
    conn.cursor().executemany(sql("placement_ends"), moved)
    names = ("portal_id", "space_id", "swapped", "role", "begins")
    new = [
        dict(zip(names, begun, strict=True), channel_id=channel, ends=ends, at=at)
        for (channel, begun), (ends, at) in stated.items()
        if (channel, begun) not in standing
    ]
    conn.cursor().executemany(sql("placement_insert"), new)
    conn.execute(sql("placement_sandbox"))


def _wanted_placements(
    conn: Connection, sites: Iterable[Site], ids: Mapping[str, int]
) -> dict[int, list[tuple[Begun, Rest]]]:
    """Return what each channel of the sites is to observe, each until when; unknown channels are registered."""
    wanted: dict[ChannelKey, list[tuple[Begun, Rest]]] = {}
    for site in sites:
        places = {(r[0], r[1]): r[2] for r in conn.execute(sql("place_ids"), {"site_id": ids[site.id]})}
        for sensor, key in keyed(site):
            portal, space = places.get(("portal", sensor.portal)), places.get(("space", sensor.space))
            begins, ends = placement_span(sensor, site)
            begun = (portal, space, sensor.swapped, sensor.role, begins)
            wanted.setdefault(key, []).append((begun, (ends, sensor.at and [*sensor.at])))
        _register(conn, site)
    channels = identity.find_channels(conn, wanted)
    return {channels[key][0]: places for key, places in wanted.items()}  # in the order of the file


def _register(conn: Connection, site: Site) -> None:
    identity.register(conn, (key for _, key in keyed(site)))
    described = [
        {
            "source": key[0],
            "external_id": key[1],
            "model": s.model,
            "interval_s": s.interval_s,
            "topics": [*s.topics],
        }
        for s, key in keyed(site)
    ]
    # what the file states comes first, and is to hold; the past of channels it has no more comes after
    conn.cursor().executemany(sql("device_describe"), described[::-1])
