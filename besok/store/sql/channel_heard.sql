-- Notes when channels were last heard, which of them send running totals, and where those begin again at zero.
update channel c
set last_time = greatest(c.last_time, h.time), last_received = greatest(c.last_received, h.received),
    has_totals = c.has_totals or h.totals, wraps = case when h.wraps > 0 then h.wraps else c.wraps end
from unnest(%(channel)s::int[], %(time)s::timestamptz[], %(received)s::timestamptz[], %(totals)s::boolean[],
    %(wraps)s::bigint[]) as h (channel_id, time, received, totals, wraps)
where c.channel_id = h.channel_id
