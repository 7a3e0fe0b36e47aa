-- Counts of people (metric 10), mean and peak, the share of presence (11) and carbon dioxide (20) by quarter of an hour since
-- a moment, NaN where there is none; packed: step, channel and these four, all quarters one after another.
select string_agg(
    int4send(step) || int4send(channel_id) || float8send(coalesce(people, 'NaN')) || float8send(coalesce(peak, 'NaN'))
        || float8send(coalesce(occupied, 'NaN')) || float8send(coalesce(co2, 'NaN')),
    ''
)
from (
    select (extract(epoch from b.bucket - %(begins)s::timestamptz) / 900)::int4 as step, b.channel_id,
        max(b.mean) filter (where b.metric = 10) as people, max(b.high) filter (where b.metric = 10) as peak,
        max(b.mean) filter (where b.metric = 11) as occupied, max(b.mean) filter (where b.metric = 20) as co2
    from placement pl
    join level_bucket b on b.channel_id = pl.channel_id and b.metric in (10, 11, 20) and pl.valid @> b.bucket
        and (pl.sandbox or not b.simulated)
    where pl.channel_id = any(%(channels)s) and pl.space_id is not null and pl.role = 'primary'
        and b.bucket >= %(begins)s and b.bucket < %(ends)s
    group by b.bucket, b.channel_id
) q
