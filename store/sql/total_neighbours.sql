-- The readings of a running total just before and after each changed one: the buckets between them change too.
select t.channel_id,
    coalesce((select max(r.time) from reading r
        where r.channel_id = t.channel_id and r.metric = t.metric and r.time < t.time), t.time) as first,
    coalesce((select min(r.time) from reading r
        where r.channel_id = t.channel_id and r.metric = t.metric and r.time > t.time), t.time) as last
from unnest(%(channel)s::int[], %(metric)s::smallint[], %(time)s::timestamptz[]) as t (channel_id, metric, time)
