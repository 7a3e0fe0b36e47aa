-- Counts of people (metric 10), mean and peak, the share of presence (11) and carbon dioxide (20) by quarter of an hour since
-- a moment; NaN where there is none.
copy (
    select (extract(epoch from b.bucket - %(begins)s::timestamptz) / 900)::int4 as step, b.channel_id::int4,
        coalesce(max(b.mean) filter (where b.metric = 10), 'NaN')::float8 as people,
        coalesce(max(b.high) filter (where b.metric = 10), 'NaN')::float8 as peak,
        coalesce(max(b.mean) filter (where b.metric = 11), 'NaN')::float8 as occupied,
        coalesce(max(b.mean) filter (where b.metric = 20), 'NaN')::float8 as co2
    from placement pl
    join level_bucket b on b.channel_id = pl.channel_id and b.metric in (10, 11, 20) and pl.valid @> b.bucket
        and (pl.sandbox or not b.simulated)
    where pl.channel_id = any(%(channels)s) and pl.space_id is not null and pl.role = 'primary'
        and b.bucket >= %(begins)s and b.bucket < %(ends)s
    group by b.bucket, b.channel_id
) to stdout (format binary)
