-- What hung at portals within a time, what it sent in it, and whether it had sent anything there `earlier`.
select pl.portal_id, pl.channel_id, d.source, d.external_id as device, c.key as channel, coalesce(nullif(d.model, ''), d.heard_model) as model,
    pl.role, pl.swapped, pl.sandbox, lower(pl.valid) as placed, upper(pl.valid) as ended, c.wraps, c.has_totals,
    r.readings, r.first, r.last, r.odd_clock,
    exists (
        select from reading e
        where e.channel_id = pl.channel_id and e.metric in (1, 2, 3, 4, 5, 6) and e.time < %(begins)s and pl.valid @> e.time
    ) as earlier
from placement pl
join channel c using (channel_id)
join device d using (device_id)
cross join lateral (
    select count(*)::int as readings, min(time) as first, max(time) as last, count(*) filter (where flags & 7 <> 0)::int as odd_clock
    from reading r
    where r.channel_id = pl.channel_id and r.metric in (1, 2, 3, 4, 5, 6) and r.time >= %(begins)s and r.time < %(ends)s
        and pl.valid @> r.time
) r
where pl.portal_id = any(%(portals)s) and pl.valid && tstzrange(%(begins)s, %(ends)s)
order by pl.portal_id, lower(pl.valid) nulls first, pl.placement_id
