-- The least and the most that channels showed (people, metric 10; presence, 11) by quarter of an hour since a moment.
select b.channel_id, array_agg((extract(epoch from b.bucket - %(begins)s::timestamptz) / 900)::int) as steps,
    array_agg(b.low) as low, array_agg(b.high) as high
from placement pl
join level_bucket b on b.channel_id = pl.channel_id and b.metric in (10, 11) and pl.valid @> b.bucket
where pl.channel_id = any(%(channels)s) and pl.role = 'primary' and upper_inf(pl.valid) and pl.space_id is not null
    and b.bucket >= %(begins)s and b.bucket < %(ends)s and (pl.sandbox or not b.simulated)
group by b.channel_id
