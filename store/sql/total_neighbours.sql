-- The readings of a running total just before and just after those that changed: the buckets between them change too.
select t.channel_id,
    coalesce((select max(r.time) from reading r
        where r.channel_id = t.channel_id and r.metric = t.metric and r.time < t.first), t.first) as first,
    coalesce((select min(r.time) from reading r
        where r.channel_id = t.channel_id and r.metric = t.metric and r.time > t.last), t.last) as last
from unnest(%(channel)s::int[], %(metric)s::smallint[], %(first)s::timestamptz[], %(last)s::timestamptz[])
    as t (channel_id, metric, first, last)
