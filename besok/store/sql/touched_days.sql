-- The business days of sites, and the portals in them, that change with the given ranges of channels.
select s.site_id, s.slug, sp.portal_id, d::date as day, min(g.first) as since,
    d::date < ((now() at time zone s.timezone) - s.day_start)::date as past
from unnest(%(channel)s::int[], %(first)s::timestamptz[], %(last)s::timestamptz[]) as g (channel_id, first, last)
join placement pl on pl.channel_id = g.channel_id and pl.valid && tstzrange(g.first, g.last)
left join site_portal sp on sp.portal_id = pl.portal_id
left join space z on z.space_id = pl.space_id
join site s on s.site_id = coalesce(sp.site_id, z.site_id)
cross join lateral generate_series(
    ((g.first at time zone s.timezone) - s.day_start)::date::timestamp,
    ((g.last - interval '15 minutes') at time zone s.timezone - s.day_start)::date::timestamp, interval '1 day'
) as d
group by s.site_id, s.slug, sp.portal_id, d
