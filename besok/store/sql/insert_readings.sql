-- Inserts readings; the same key with another value is a correction and replaces, but what is simulated (flag 8) never
-- replaces what a device measured. Returns what is new or changed, by
-- channel, metric and quarter of an hour: from when to when that happened which it tells (with the longer of the old and the
-- new period, since both mark buckets to recompute), and how many readings it is.
with changed as (
    insert into reading as r (channel_id, metric, time, value, period_s, flags, received)
    select * from unnest(%(channel)s::int[], %(metric)s::smallint[], %(time)s::timestamptz[], %(value)s::float8[],
        %(period_s)s::float4[], %(flags)s::smallint[], %(received)s::timestamptz[])
    on conflict (channel_id, metric, time) do update
    set value = excluded.value, period_s = excluded.period_s, flags = excluded.flags, received = excluded.received
    where (r.value, r.period_s, r.flags & 8) is distinct from (excluded.value, excluded.period_s, excluded.flags & 8)
        and (r.flags & 8 <> 0 or excluded.flags & 8 = 0)
    returning channel_id, metric, time, case when xmax = 0 then period_s else greatest(period_s, (
        select old.period_s from reading old -- the statement sees the row as it was before
        where old.channel_id = r.channel_id and old.metric = r.metric and old.time = r.time
    )) end as period_s
)
select channel_id, metric, min(time - period_s * interval '1 second') as first, max(time) as last, count(*) as readings
from changed
group by channel_id, metric, time_bucket('15 minutes', time)
