-- Recomputes the level buckets of channels in ranges of time, from their readings.
insert into level_bucket (channel_id, metric, bucket, mean, low, high, last, samples, simulated)
select r.channel_id, r.metric, time_bucket('15 minutes', r.time) as bucket,
    avg(r.value), min(r.value), max(r.value), last(r.value, r.time), count(*), bool_or(r.flags & 8 <> 0)
from unnest(%(channel)s::int[], %(first)s::timestamptz[], %(last)s::timestamptz[]) as g (channel_id, first, last)
join reading r on r.channel_id = g.channel_id and r.time >= g.first and r.time < g.last and r.metric >= 10
    and r.time between %(from)s and %(to)s
group by r.channel_id, r.metric, bucket
on conflict (channel_id, metric, bucket) do update
set mean = excluded.mean, low = excluded.low, high = excluded.high, last = excluded.last, samples = excluded.samples,
    simulated = excluded.simulated
