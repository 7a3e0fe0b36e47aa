-- Each space of a site with its last estimate since the business day began, and when its sensors were last heard.
-- A space is as fresh as the most silent of the doors that lead into it, or as its own sensor; silent is who has not
-- been heard for many times as long as there is between two of its messages.
with here as (
    select s.*, site.capacity as site_capacity from space s join site using (site_id)
    where site.slug = %(site)s and upper_inf(s.valid)
), heard as (
    select pl.portal_id, pl.space_id, max(least(c.last_time, c.last_received)) as heard, max(d.interval_s) as interval_s
    from placement pl
    join channel c using (channel_id)
    join device d using (device_id)
    where pl.role = 'primary' and upper_inf(pl.valid)
    group by pl.portal_id, pl.space_id
), doors as (
    select sp.space_id,
        (array_agg(h.heard order by (%(now)s - h.heard) / greatest(h.interval_s, 60) desc nulls last))[1] as heard,
        (array_agg(h.interval_s order by (%(now)s - h.heard) / greatest(h.interval_s, 60) desc nulls last))[1] as interval_s
    from space_portal sp
    join portal p using (portal_id)
    left join heard h using (portal_id)
    where p.counted and upper_inf(p.valid)
    group by sp.space_id
    having bool_and(h.portal_id is not null) -- a door without a sensor leaves the space uncounted
)
select h.slug as space, p.slug as parent, h.name_sv, h.name_en, h.kind, h.storey,
    coalesce(h.capacity, case when h.parent_id is null then h.site_capacity end) as capacity,
    o.time, o.people, o.lower, o.upper, o.raw, o.basis, o.reason, d.heard as doors_heard,
    d.interval_s as doors_interval_s, own.heard as own_heard, own.interval_s as own_interval_s,
    d.space_id is not null or own.space_id is not null as measured
from here h
left join space p on p.space_id = h.parent_id
left join doors d on d.space_id = h.space_id
left join heard own on own.space_id = h.space_id
left join lateral (
    select * from occupancy_minute o
    where o.space_id = h.space_id and o.time >= %(day_begins)s and o.time <= %(now)s
    order by o.time desc limit 1
) o on true
order by h.parent_id is not null, h.sort, h.slug
