-- Inserts readings; the same key with another value is a correction and replaces. Returns what is new or changed,
-- with the longer of the old and the new period, since both mark buckets to recompute.
with new as materialized (
    select n.*, r.period_s as old_period_s
    from unnest(%(channel)s::int[], %(metric)s::smallint[], %(time)s::timestamptz[], %(value)s::float8[],
        %(period_s)s::float4[], %(flags)s::smallint[], %(received)s::timestamptz[])
        as n (channel_id, metric, time, value, period_s, flags, received)
    left join reading r on r.channel_id = n.channel_id and r.metric = n.metric and r.time = n.time
        and r.time between %(first)s and %(last)s
), written as (
    insert into reading as r (channel_id, metric, time, value, period_s, flags, received)
    select channel_id, metric, time, value, period_s, flags, received from new
    on conflict (channel_id, metric, time) do update
    set value = excluded.value, period_s = excluded.period_s, flags = excluded.flags, received = excluded.received
    where (r.value, r.period_s) is distinct from (excluded.value, excluded.period_s)
    returning r.channel_id, r.metric, r.time
)
select w.channel_id, w.metric, w.time, greatest(n.period_s, n.old_period_s) as period_s
from written w join new n using (channel_id, metric, time)
