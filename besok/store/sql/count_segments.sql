-- What channels told of the time of each count: periods with the people in them, in the portal's own directions. As in the
-- rollup: where a channel has sent totals they count and deltas do not, and where it knows directions those count. What is
-- simulated (flag 8) counts in sandboxes only.
with watch as materialized (
    select m.count_id, m.begins, m.ends, pl.channel_id, pl.swapped, pl.sandbox, c.wraps, c.has_totals and has.totals as totals,
        case when c.has_totals and has.totals then has.directed_totals else has.directed end as directed
    from unnest(%(counts)s::uuid[], %(portals)s::int[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
        as m (count_id, portal_id, begins, ends)
    join placement pl on pl.portal_id = m.portal_id and pl.role = 'primary' and pl.valid @> tstzrange(m.begins, m.ends)
    join channel c using (channel_id)
    cross join lateral (
        select coalesce(bool_or(metric in (3, 4, 6)), false) as totals, coalesce(bool_or(metric in (3, 4)), false) as directed_totals,
            coalesce(bool_or(metric in (1, 2)), false) as directed
        from (values (1::smallint), (2::smallint), (3::smallint), (4::smallint), (6::smallint)) as k (metric)
        where exists (
            select from reading r where r.channel_id = c.channel_id and r.metric = k.metric and (pl.sandbox or r.flags & 8 = 0)
                and r.time >= m.begins - interval '1 day' and r.time < m.ends + interval '1 day'
        )
    ) has
), segment as (
    select w.count_id, w.channel_id, w.swapped, w.directed, r.metric as direction, r.value as people,
        r.time - r.period_s * interval '1 second' as begins, r.time as ends
    from watch w
    join reading r on r.channel_id = w.channel_id and r.metric in (1, 2, 5) and (w.sandbox or r.flags & 8 = 0)
        and r.time >= w.begins and r.time - r.period_s * interval '1 second' <= w.ends and r.time <= w.ends + interval '1 day'
    where not w.totals and (r.metric = 5) <> w.directed
    union all
    select w.count_id, w.channel_id, w.swapped, w.directed, case t.metric when 6 then 5 else t.metric - 2 end, told.people, t.before, t.time
    from watch w
    cross join lateral (
        select r.metric, r.time, r.value, r.received, lag(r.time) over k as before, lag(r.value) over k as was,
            lag(r.received) over k as before_received
        from reading r
        where r.channel_id = w.channel_id and r.metric in (3, 4, 6) and (r.metric = 6) <> w.directed and (w.sandbox or r.flags & 8 = 0)
            and r.time >= w.begins - interval '1 day' and r.time < w.ends + interval '1 day'
        window k as (partition by r.metric order by r.time)
    ) t
    cross join lateral (
        select people_between(t.was, t.value, w.wraps, t.before, t.before_received, t.time, t.received) as people
    ) told
    where w.totals and told.people is not null and t.before < w.ends and t.time > w.begins
)
select count_id, channel_id, begins, ends,
    coalesce(sum(case when direction = 5 then people / 2 when (direction = 1) <> swapped then people end), 0) as people_in,
    coalesce(sum(case when direction = 5 then people / 2 when (direction = 1) = swapped then people end), 0) as people_out,
    bool_and(directed) as directed
from segment
group by count_id, channel_id, begins, ends
order by count_id, channel_id, begins
