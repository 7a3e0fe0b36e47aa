-- Notes when channels were last heard, and which of them send running totals.
update channel c
set last_time = greatest(c.last_time, h.time), last_received = greatest(c.last_received, h.received),
    has_totals = c.has_totals or h.totals
from unnest(%(channel)s::int[], %(time)s::timestamptz[], %(received)s::timestamptz[], %(totals)s::boolean[])
    as h (channel_id, time, received, totals)
where c.channel_id = h.channel_id
