-- People through portals by minute of a business day, from the minute `since` on. What was reported for longer than a minute
-- is shared out over its minutes in whole people; a running total counts in the minutes since its last reading. Who passes
-- without a direction (metric 5, total 6) is half a person in and half a person out, where the channel has no directions.
-- What is simulated (flag 8) counts in sandboxes only.
with heard as materialized ( -- what each channel has sent in the day
    select pl.portal_id, pl.channel_id, pl.swapped, pl.valid, pl.sandbox, c.wraps, c.has_totals and has.totals as totals,
        case when c.has_totals and has.totals then has.directed_totals else has.directed end as directed
    from placement pl
    join channel c using (channel_id)
    cross join lateral (
        select coalesce(bool_or(metric in (3, 4, 6)), false) as totals,
            coalesce(bool_or(metric in (3, 4)), false) as directed_totals,
            coalesce(bool_or(metric in (1, 2)), false) as directed
        from (values (1::smallint), (2::smallint), (3::smallint), (4::smallint), (6::smallint)) as m (metric)
        where exists (
            select from reading r where r.channel_id = c.channel_id and r.metric = m.metric and (pl.sandbox or r.flags & 8 = 0)
                and r.time >= %(begins)s and r.time < %(ends)s::timestamptz + interval '1 hour'
        )
    ) has
    where pl.role = 'primary' and pl.portal_id = any(%(portals)s) and pl.valid && tstzrange(%(begins)s, %(ends)s)
), segment as (
    select p.portal_id, p.swapped, r.metric as direction, r.value as people,
        r.time - r.period_s * interval '1 second' as begins, r.time as ends
    from heard p
    join reading r on r.channel_id = p.channel_id and r.metric in (1, 2, 5) and (p.sandbox or r.flags & 8 = 0)
        and r.time >= %(since)s and r.time < %(ends)s::timestamptz + interval '1 hour'
    where not p.totals and p.valid @> r.time and (r.metric = 5) <> p.directed
    union all
    select p.portal_id, p.swapped, case t.metric when 6 then 5 else t.metric - 2 end,
        told.people, t.before, t.time
    from heard p
    cross join lateral (
        select r.metric, r.time, r.value, r.received, lag(r.time) over w as before, lag(r.value) over w as was,
            lag(r.received) over w as before_received
        from (values (3::smallint), (4::smallint), (6::smallint)) as m (metric)
        cross join lateral (
            (select metric, time, value, received from reading
             where channel_id = p.channel_id and metric = m.metric and (p.sandbox or flags & 8 = 0)
                and time < %(since)s and time >= %(begins)s::timestamptz - interval '7 days'
             order by time desc limit 1)
            union all
            select metric, time, value, received from reading
            where channel_id = p.channel_id and metric = m.metric and (p.sandbox or flags & 8 = 0)
                and time >= %(since)s and time < %(ends)s::timestamptz + interval '1 hour'
        ) r
        where (m.metric = 6) <> p.directed
        window w as (partition by r.metric order by r.time)
    ) t
    cross join lateral (
        select people_between(t.was, t.value, p.wraps, t.before, t.before_received, t.time, t.received) as people
    ) told
    where p.totals and told.people is not null and p.valid @> t.time
), span as (
    select s.*, extract(epoch from s.ends - s.begins)::float8 as length_s,
        date_trunc('minute', case when s.begins < s.ends then s.ends - interval '1 microsecond' else s.ends end) as final
    from segment s
)
select (extract(epoch from m.minute - %(begins)s::timestamptz) / 60)::int as step, s.portal_id,
    greatest(0, sum(
        case when s.direction = 5 then part.people / 2 when (s.direction = 1) <> s.swapped then part.people else 0 end
    )) as people_in,
    greatest(0, sum(
        case when s.direction = 5 then part.people / 2 when (s.direction = 1) = s.swapped then part.people else 0 end
    )) as people_out
from span s
cross join lateral generate_series(
    case when s.length_s <= 60 then s.final else greatest(date_trunc('minute', s.begins), %(since)s) end, s.final,
    interval '1 minute'
) as m (minute)
cross join lateral (
    select case when s.length_s <= 60 then s.people
        else round(s.people * least(1, (extract(epoch from m.minute - s.begins)::float8 + 60) / s.length_s))
           - round(s.people * greatest(0, extract(epoch from m.minute - s.begins)::float8 / s.length_s)) end as people
) part
where m.minute >= %(since)s and m.minute < %(ends)s
group by step, s.portal_id
