-- The last readings of channels by metric, newest first, and the time of the metric's first one. Only what was sent in
-- the last month of a channel is looked for: else each metric that it never sends would be sought in its whole history.
select c.channel_id, m.name as metric, r.value, r.time, f.time as since
from channel c
cross join metric m
cross join lateral (
    select array_agg(value order by time desc) as values, array_agg(time order by time desc) as times
    from (
        select value, time from reading
        where channel_id = c.channel_id and metric = m.code
            and time > least(c.last_time, c.last_received) - interval '31 days'
        order by time desc limit %(number)s
    ) l
) l
cross join lateral (
    select time from reading
    where channel_id = c.channel_id and metric = m.code and l.times is not null
    order by time limit 1
) f
cross join unnest(l.values, l.times) as r (value, time)
where c.channel_id = any(%(channels)s)
order by c.channel_id, r.time desc, m.code
