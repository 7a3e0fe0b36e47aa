"""Placements: what each channel observes, and when; a change recomputes exactly the days concerned."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from besok.model.calendar import placement_span
from besok.model.site import Site
from besok.model.sitefile.merge import ChannelKey, keyed
from besok.store import identity
from besok.store.database import Connection, sql

Start = tuple[int | None, int | None, bool, str, datetime | None]  # portal, space, swapped, role, from
End = tuple[datetime | None, list[float] | None]  # end, and position on the plan


def lock_placements(conn: Connection, sites: Collection[Site]) -> None:
    """Register the channels of some sites, and lock them and the portals they observe as a writer of readings does.

    Those of sites that share portals with these, now or after the edit, too, so that meanwhile no reading changes
    what is compared or computed.
    Before anything else of the sites is written: locked in another order, edits and writers wait for each other.
    """
    keys = list(dict.fromkeys(key for site in sites for _, key in keyed(site)))
    identity.register(conn, keys)
    channels = {channel for channel, _ in identity.find_channels(conn, keys).values()}
    ends = {end for site in sites for portal in site.portals for end in (portal.outer, portal.inner)}
    names = {site.id for site in sites} | {end.partition("/")[0] for end in ends if "/" in end}
    sharing = conn.execute(sql("channels_sharing_portals"), {"sites": [*names]})
    channels.update(channel for (channel,) in sharing)
    conn.execute(sql("lock_channels"), {"channels": list(channels)})


def write_placements(conn: Connection, sites: Iterable[Site], ids: Mapping[str, int]) -> None:
    """Set the placements of the locked channels of some sites to those the sites state, and no others."""
    requested = _stated_placements(conn, sites, ids)
    stored: dict[tuple[int, Start], tuple[int, End]] = {}
    for placement, channel, *start, ends, at in conn.execute(
        sql("placement_rows"), {"channels": list(requested)}
    ):
        portal, space, swapped, role, begins = start
        stored[channel, (portal, space, swapped, role, begins)] = placement, (ends, at)
    stated = {(channel, start): end for channel, places in requested.items() for start, end in places}
    conn.execute(sql("placement_delete"), {"ids": [stored[key][0] for key in stored if key not in stated]})
    moved = [
        {"id": stored[key][0], "ends": end[0], "at": end[1]}
        for key, end in stated.items()
        if key in stored and stored[key][1] != end
    ]
    conn.cursor().executemany(sql("placement_ends"), moved)
    names = ("portal_id", "space_id", "swapped", "role", "begins")
    new = [
        dict(zip(names, start, strict=True), channel_id=channel, ends=ends, at=at)
        for (channel, start), (ends, at) in stated.items()
        if (channel, start) not in stored
    ]
    conn.cursor().executemany(sql("placement_insert"), new)
    conn.execute(sql("placement_sandbox"))


def _stated_placements(
    conn: Connection, sites: Iterable[Site], ids: Mapping[str, int]
) -> dict[int, list[tuple[Start, End]]]:
    """Return the stated placements of each channel of the sites, each with its end; describe their devices."""
    stated: dict[ChannelKey, list[tuple[Start, End]]] = {}
    for site in sites:
        places = {(r[0], r[1]): r[2] for r in conn.execute(sql("place_ids"), {"site_id": ids[site.id]})}
        for sensor, key in keyed(site):
            portal, space = places.get(("portal", sensor.portal)), places.get(("space", sensor.space))
            begins, ends = placement_span(sensor, site)
            start = (portal, space, sensor.swapped, sensor.role, begins)
            stated.setdefault(key, []).append((start, (ends, sensor.at and [*sensor.at])))
        _describe(conn, site)
    channels = identity.find_channels(conn, stated)
    return {channels[key][0]: places for key, places in stated.items()}  # in the order of the file


def _describe(conn: Connection, site: Site) -> None:
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
