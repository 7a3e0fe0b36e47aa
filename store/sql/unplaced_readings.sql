-- The last readings of channels by metric, newest first, and the time of the first one.
select c.channel_id, m.name as metric, r.value, r.time, f.time as since
from unnest(%(channels)s::int[]) as c (channel_id)
cross join metric m
cross join lateral (
    select time from reading where channel_id = c.channel_id and metric = m.code order by time limit 1
) f
cross join lateral (
    select value, time from reading
    where channel_id = c.channel_id and metric = m.code order by time desc limit %(number)s
) r
order by c.channel_id, r.time desc, m.code
