-- What a site holds: readings of how many sensors, from when to when.
with observed as (
    select distinct c.channel_id, c.device_id
    from channel c
    join device d using (device_id)
    left join placement pl using (channel_id)
    left join portal p on p.portal_id = pl.portal_id
    left join space z on z.space_id = pl.space_id
    where coalesce(p.site_id, z.site_id) = (select site_id from site where slug = %(site)s)
        or (d.source = 'native' and starts_with(d.external_id, %(site)s || '/'))
)
select count(*) as readings, count(distinct o.device_id) as devices, min(r.time) as first, max(r.time) as last
from observed o
join reading r using (channel_id)
