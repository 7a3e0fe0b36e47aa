-- The share of each business day (of today: until now) in which each channel of a site is known to have worked: counters by
-- the periods that their readings tell of, others by the quarters in which they spoke. Null where readings tell of no period.
with day as (
    select s.site_id, s.slug, g::date as day, (g + s.day_start) at time zone s.timezone as begins,
        least((g + interval '1 day' + s.day_start) at time zone s.timezone, %(now)s) as ends
    from site s
    cross join generate_series(%(first)s::date::timestamp, %(last)s::date::timestamp, interval '1 day') as g
    where s.slug = %(site)s
)
select case when d.source = 'native' then substr(d.external_id, length(day.slug) + 2) else d.external_id end as device,
    c.key as channel, p.slug as portal, z.slug as space, day.day,
    case
        when f.covered_s = 0 and f.quarters > 0 then null
        when p.portal_id is not null then least(1, f.covered_s / extract(epoch from day.ends - day.begins)::float8)
        else least(1, l.quarters * 900 / extract(epoch from day.ends - day.begins)::float8)
    end as coverage
from day
join placement pl on upper_inf(pl.valid) and pl.role = 'primary'
join channel c using (channel_id)
join device d using (device_id)
left join portal p on p.portal_id = pl.portal_id
left join space z on z.space_id = pl.space_id
cross join lateral (
    select coalesce(sum(covered_s), 0)::float8 as covered_s, count(*) as quarters from flow_bucket f
    where f.channel_id = c.channel_id and f.bucket >= day.begins and f.bucket < day.ends and p.portal_id is not null
) f
cross join lateral (
    select count(distinct bucket)::float8 as quarters from level_bucket l
    where l.channel_id = c.channel_id and l.bucket >= day.begins and l.bucket < day.ends and z.space_id is not null
        and l.metric in (10, 11)
) l
where coalesce(p.site_id, z.site_id) = day.site_id and day.ends > day.begins
order by d.external_id, c.key, day.day
