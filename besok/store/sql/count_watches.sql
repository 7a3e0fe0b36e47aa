-- The channels that observed a door during each count, whole; `heard` is when each was last heard.
select m.count_id, c.channel_id, d.interval_s, least(c.last_time, c.last_received) as heard, d.source || ' ' || d.external_id || ' ' || c.key as name
from unnest(%(counts)s::uuid[], %(portals)s::int[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
    as m (count_id, portal_id, begins, ends)
join placement pl on pl.portal_id = m.portal_id and pl.role = 'primary' and pl.valid @> tstzrange(m.begins, m.ends)
join channel c using (channel_id)
join device d using (device_id)
order by m.count_id, c.channel_id
