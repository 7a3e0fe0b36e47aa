-- The share of each business day (of today: until now) in which each channel of a site is known to have worked: counters by
-- the periods that their readings tell of, others by their words, each of which holds until the next one, an hour at most (or
-- two of its intervals): many say nothing while nothing changes. Null where readings tell of no period.
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
        else least(1, coalesce(f.covered_s, l.covered_s) / extract(epoch from day.ends - day.begins)::float8)
    end as coverage
from day
join placement pl on upper_inf(pl.valid) and pl.role = 'primary'
join channel c using (channel_id)
join device d using (device_id)
left join portal p on p.portal_id = pl.portal_id
left join space z on z.space_id = pl.space_id
left join lateral (
    select coalesce(sum(covered_s), 0)::float8 as covered_s, count(*) as quarters from flow_bucket f
    where f.channel_id = c.channel_id and f.bucket >= day.begins and f.bucket < day.ends
) f on p.portal_id is not null
left join lateral (
    select coalesce(sum(extract(epoch from least(until, day.ends) - greatest(bucket, day.begins))), 0)::float8 as covered_s
    from (
        select bucket, least(lead(bucket) over (order by bucket), bucket + holds) as until
        from (select greatest(interval '1 hour', 2 * d.interval_s * interval '1 second') as holds) h
        cross join lateral (
            select distinct bucket from level_bucket b
            where b.channel_id = c.channel_id and b.bucket >= day.begins - h.holds and b.bucket < day.ends
                and b.metric between 10 and 29 -- what a place is like; a battery may be heard of where nothing is measured
        ) said
    ) word
    where until > day.begins
) l on z.space_id is not null
where coalesce(p.site_id, z.site_id) = day.site_id and day.ends > day.begins
order by d.external_id, c.key, day.day
