-- The readings of a running total just before and just after those that changed: the buckets between them change too. A
-- neighbour across a jump of the clock (people_between) is none, or every reading would make whole years be reckoned anew.
select t.channel_id, coalesce(b.time, t.first) as first, coalesce(a.time, t.last) as last
from unnest(%(channel)s::int[], %(metric)s::smallint[], %(first)s::timestamptz[], %(last)s::timestamptz[])
    as t (channel_id, metric, first, last)
left join lateral (
    select time from reading
    where channel_id = t.channel_id and metric = t.metric and time < t.first and time >= t.first - interval '400 days'
    order by time desc limit 1
) b on true
left join lateral (
    select n.time
    from reading l
    cross join lateral (
        select time, value, received from reading
        where channel_id = t.channel_id and metric = t.metric and time > t.last and time <= t.last + interval '400 days'
        order by time limit 1
    ) n
    where l.channel_id = t.channel_id and l.metric = t.metric and l.time = t.last
        and (n.time <= t.last + interval '1 day' or n.time - n.received <= interval '1 day' or l.time - l.received > interval '1 day')
) a on true
