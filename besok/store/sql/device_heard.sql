-- Notes when, on which topic and as what devices were last heard, and how far their clocks are from ours (as far as that
-- is known).
update device d
set last_received = h.received, clock_offset_s = coalesce(h.offset_s, d.clock_offset_s),
    clock_flags = case when h.offset_s is null then d.clock_flags else h.flags end,
    topic = coalesce(h.topic, d.topic), heard_model = coalesce(nullif(h.model, ''), d.heard_model)
from (select * from unnest(%(device)s::int[], %(received)s::timestamptz[], %(offset_s)s::float8[], %(flags)s::smallint[],
          %(topic)s::text[], %(model)s::text[])
      as h (device_id, received, offset_s, flags, topic, model) order by 1) h
where d.device_id = h.device_id and (d.last_received is null or d.last_received <= h.received)
