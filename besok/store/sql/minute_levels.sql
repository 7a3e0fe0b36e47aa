-- The last count of people (metric 10), the last presence (11) and the last carbon dioxide (20) of channels by minute of a
-- business day.
select (extract(epoch from date_trunc('minute', r.time) - %(begins)s::timestamptz) / 60)::int as step, r.channel_id,
    last(r.value, r.time) filter (where r.metric = 10) as people, last(r.value, r.time) filter (where r.metric = 11) as occupied,
    last(r.value, r.time) filter (where r.metric = 20) as co2
from placement pl
join reading r on r.channel_id = pl.channel_id and r.metric in (10, 11, 20) and pl.valid @> r.time
    and (pl.sandbox or r.flags & 8 = 0) -- what is simulated counts in sandboxes only
where pl.channel_id = any(%(channels)s) and pl.space_id is not null and pl.role = 'primary'
    and r.time >= %(since)s and r.time < %(ends)s
group by step, r.channel_id
