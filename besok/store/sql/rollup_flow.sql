-- Recomputes the flow buckets of channels in ranges of time, from their readings.
-- A reading becomes a segment of time with so many people in it; a segment gives each bucket it overlaps its share,
-- rounded so that people stay whole and the shares add up to the segment.
with range as materialized (
    select g.channel_id, g.first, g.last, c.has_totals, c.wraps
    from unnest(%(channel)s::int[], %(first)s::timestamptz[], %(last)s::timestamptz[]) as g (channel_id, first, last)
    join channel c using (channel_id)
), segment as (
    -- deltas, short periods and long ones (the latter by an index of their own); metric 1 is in, 2 is out, 5 is either
    select g.first, g.last, r.channel_id, r.metric as direction, false as total,
        r.time - r.period_s * interval '1 second' as begins, r.time as ends, r.value as people, false as gap,
        r.flags & 8 <> 0 as simulated
    from range g
    join reading r on r.channel_id = g.channel_id and r.metric in (1, 2, 5) and r.period_s <= 900
        and r.time >= g.first and r.time <= g.last + interval '15 minutes'
        and r.time between %(from)s and %(to)s::timestamptz + interval '15 minutes'
    union all
    select g.first, g.last, r.channel_id, r.metric, false, r.time - r.period_s * interval '1 second', r.time, r.value, false,
        r.flags & 8 <> 0
    from range g
    join reading r on r.channel_id = g.channel_id and r.metric in (1, 2, 5) and r.period_s > 900
        and r.time > g.first and r.time <= g.last + interval '7 days'
        and r.time between %(from)s and %(to)s::timestamptz + interval '7 days'
    union all
    -- totals (metric 3 is in, 4 is out, 6 is either), differenced against the reading before
    select g.first, g.last, g.channel_id, case t.metric when 6 then 5 else t.metric - 2 end, true, t.before, t.time,
        p.people, t.time - t.before > interval '15 minutes', t.flags & 8 <> 0
    from range g
    cross join lateral (
        select r.metric, r.time, r.value, r.received, lag(r.time) over w as before, lag(r.value) over w as was,
            lag(r.received) over w as before_received, r.flags | lag(r.flags) over w as flags
        from (values (3::smallint), (4::smallint), (6::smallint)) as m (metric)
        cross join lateral (
            (select metric, time, value, flags, received from reading
             where channel_id = g.channel_id and metric = m.metric and time < g.first order by time desc limit 1)
            union all
            select metric, time, value, flags, received from reading
            where channel_id = g.channel_id and metric = m.metric and time >= g.first and time < g.last
            union all
            (select metric, time, value, flags, received from reading
             where channel_id = g.channel_id and metric = m.metric and time >= g.last order by time limit 1)
        ) r
        window w as (partition by r.metric order by r.time)
    ) t
    cross join lateral (
        select people_between(t.was, t.value, g.wraps, t.before, t.before_received, t.time, t.received) as people
    ) p
    where g.has_totals and p.people is not null
), placed as (
    select *, time_bucket('15 minutes', begins) as bucket,
        ends < time_bucket('15 minutes', begins) + interval '15 minutes'
            or (ends = time_bucket('15 minutes', begins) + interval '15 minutes' and ends > begins) as whole
    from segment
), share as (
    -- most segments lie within one bucket
    select channel_id, bucket, direction, total, gap, people, extract(epoch from ends - begins)::float8 as covered_s, simulated
    from placed
    where whole and bucket >= first and bucket < last
    union all
    select s.channel_id, b.bucket, s.direction, s.total, s.gap,
        round(s.people * part.upto) - round(s.people * part.before),
        (part.upto - part.before) * extract(epoch from s.ends - s.begins)::float8, s.simulated
    from placed s
    cross join lateral generate_series(
        greatest(s.bucket, s.first), least(s.ends, s.last) - interval '1 microsecond', interval '15 minutes'
    ) as b (bucket)
    cross join lateral (
        select greatest(0, extract(epoch from b.bucket - s.begins) / extract(epoch from s.ends - s.begins))::float8 as before,
            least(1, extract(epoch from b.bucket + interval '15 minutes' - s.begins)
                / extract(epoch from s.ends - s.begins))::float8 as upto
    ) part
    where not s.whole
), direction as ( -- where a channel sends totals and deltas, the totals count and the deltas are a cross-check
    select channel_id, bucket, direction, total, sum(people) as people,
        sum(case when gap then 0 else covered_s end) as covered_s, sum(case when gap then people else 0 end) as imputed,
        bool_or(simulated) as simulated
    from share
    group by channel_id, bucket, direction, total
), bucket as ( -- who passes without a direction is half a person in and half a person out; directions go first
    -- nobody passes backwards: a fall that is taken off (people_between) may lie in another bucket than its rise
    select distinct on (channel_id, bucket) channel_id, bucket,
        greatest(0, sum(case direction when 1 then people when 5 then people / 2 end)) as people_in,
        greatest(0, sum(case direction when 2 then people when 5 then people / 2 end)) as people_out,
        least(900, max(covered_s)) as covered_s,
        sum(imputed) as imputed,
        bool_or(simulated) as simulated
    from direction
    group by channel_id, bucket, total, direction = 5
    order by channel_id, bucket, total desc, direction = 5
), gone as ( -- a corrected period may leave a bucket with nothing in it
    delete from flow_bucket f using range g
    where f.channel_id = g.channel_id and f.bucket >= g.first and f.bucket < g.last and f.bucket between %(from)s and %(to)s
        and not exists (select from bucket b where b.channel_id = f.channel_id and b.bucket = f.bucket)
)
insert into flow_bucket as f (channel_id, bucket, people_in, people_out, covered_s, imputed, simulated)
select channel_id, bucket, people_in, people_out, covered_s, imputed, simulated from bucket
on conflict (channel_id, bucket) do update
set people_in = excluded.people_in, people_out = excluded.people_out, covered_s = excluded.covered_s, imputed = excluded.imputed,
    simulated = excluded.simulated
