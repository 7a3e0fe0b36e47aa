-- How the spaces of a site were used by business day, summed up from quarters of an hour: who was inside, over the day and over
-- the opening hours; who entered and left through the doors that count, and when (moments of hours since the day began, by the clock).
-- A door is watched as long as its channels are on average, and a space as long as the least watched of its doors.
with day as materialized (
    select * from unnest(%(days)s::date[], %(begins)s::timestamptz[], %(ends)s::timestamptz[]) as d (day, begins, ends)
), open as materialized (
    select * from unnest(%(open_days)s::date[], %(opens)s::timestamptz[], %(closes)s::timestamptz[]) as o (day, opens, closes)
), place as materialized (
    select z.space_id, z.slug, s.timezone, s.day_start
    from site s
    join space z using (site_id)
    where s.slug = %(site)s and (%(space)s::text is null and upper_inf(z.valid) or z.slug = %(space)s)
), inside as materialized (
    select o.space_id, d.day, count(*) / 4.0 as known_hours, sum(o.people) / 4 as person_hours,
        sum(o.upper - o.lower) / 4 as width_hours, count(q.day) / 4.0 as open_known_hours,
        sum(o.people) filter (where q.day is not null) / 4 as open_person_hours,
        sum(o.upper - o.lower) filter (where q.day is not null) / 4 as open_width_hours,
        first(o.people, o.bucket) as first, last(o.people, o.bucket) as last, avg((o.basis = 'people')::int) as by_people,
        max(array[coalesce(o.peak, o.people), -extract(epoch from o.bucket), o.peak_lower, o.peak_upper]::float8[]) as top -- the earliest
    from place z
    join occupancy_bucket o on o.space_id = z.space_id and o.people is not null and o.bucket >= %(first)s and o.bucket < %(last)s
    join day d on d.day = ((o.bucket at time zone z.timezone) - z.day_start)::date
    left join open q on q.day = d.day and o.bucket + interval '450 seconds' >= q.opens and o.bucket + interval '450 seconds' < q.closes
    group by o.space_id, d.day
), door as materialized (
    select sp.space_id, sp.portal_id, sp.sign, c.counting, place.timezone, place.day_start
    from place
    join space_portal sp using (space_id)
    join portal_counting c using (portal_id)
), told as (
    select f.portal_id, f.channel_id, (c.local - r.day_start)::date as day,
        sum(f.people_in) as people_in, sum(f.people_in * c.hours) as in_1, sum(f.people_in * c.hours * c.hours) as in_2,
        sum(f.people_out) as people_out, sum(f.people_out * c.hours) as out_1, sum(f.people_out * c.hours * c.hours) as out_2,
        sum(f.covered_s) as covered_s
    from (select distinct portal_id, timezone, day_start from door) r
    join portal_people f on f.portal_id = r.portal_id and f.bucket >= %(first)s and f.bucket < %(last)s
    cross join lateral (
        select f.bucket at time zone r.timezone as local,
            extract(epoch from ((f.bucket + interval '450 seconds') at time zone r.timezone - r.day_start)::time)::float8 / 3600 as hours
    ) c
    group by f.portal_id, f.channel_id, (c.local - r.day_start)::date
), passed as materialized (
    select portal_id, day, sum(people_in) as people_in, sum(in_1) as in_1, sum(in_2) as in_2, sum(people_out) as people_out,
        sum(out_1) as out_1, sum(out_2) as out_2, avg(covered_s) as covered_s
    from told
    group by portal_id, day
), flow as materialized (
    select r.space_id, d.day, min(coalesce(f.covered_s, 0)) as covered_s,
        sum(case r.sign when 1 then f.people_in else f.people_out end) as entered,
        sum(case r.sign when 1 then f.in_1 else f.out_1 end) as entered_1,
        sum(case r.sign when 1 then f.in_2 else f.out_2 end) as entered_2,
        sum(case r.sign when 1 then f.people_out else f.people_in end) as left,
        sum(case r.sign when 1 then f.out_1 else f.in_1 end) as left_1,
        sum(case r.sign when 1 then f.out_2 else f.in_2 end) as left_2
    from day d
    join door r on r.counting && tstzrange(d.begins, d.ends)
    left join passed f on f.portal_id = r.portal_id and f.day = d.day
    group by r.space_id, d.day
)
select z.slug as space, d.day, coalesce(i.known_hours, 0)::float8 as known_hours, coalesce(i.person_hours, 0)::float8 as person_hours,
    coalesce(i.width_hours, 0)::float8 as width_hours, coalesce(i.open_known_hours, 0)::float8 as open_known_hours,
    coalesce(i.open_person_hours, 0)::float8 as open_person_hours, coalesce(i.open_width_hours, 0)::float8 as open_width_hours,
    coalesce(i.first, 0)::float8 as first, coalesce(i.last, 0)::float8 as last, coalesce(i.by_people, 0)::float8 as by_people,
    i.top[1] as peak, i.top[3] as peak_lower, i.top[4] as peak_upper, to_timestamp(-i.top[2]) as peak_at,
    coalesce(f.covered_s, 0)::float8 as covered_s, f.entered, f.entered_1, f.entered_2, f.left, f.left_1, f.left_2
from place z
cross join day d
left join inside i on i.space_id = z.space_id and i.day = d.day
left join flow f on f.space_id = z.space_id and f.day = d.day
order by z.space_id, d.day
