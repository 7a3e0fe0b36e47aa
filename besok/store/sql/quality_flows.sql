-- What channels counted by quarter of an hour since a moment, where they hang now: arrays by channel, in their own directions.
select b.channel_id, array_agg((extract(epoch from b.bucket - %(begins)s::timestamptz) / 900)::int) as steps,
    array_agg(b.people_in) as people_in, array_agg(b.people_out) as people_out, array_agg(b.covered_s) as covered_s,
    array_agg(b.imputed) as spread
from placement pl
join flow_bucket b on b.channel_id = pl.channel_id and pl.valid @> b.bucket
where pl.channel_id = any(%(channels)s) and pl.role = 'primary' and upper_inf(pl.valid) and pl.portal_id is not null
    and b.bucket >= %(begins)s and b.bucket < %(ends)s and (pl.sandbox or not b.simulated)
group by b.channel_id
