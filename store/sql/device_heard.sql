-- Notes when devices were last heard and how far their clocks are from ours.
update device d set last_received = h.received, clock_offset_s = h.offset_s, clock_flags = h.flags
from (select * from unnest(%(device)s::int[], %(received)s::timestamptz[], %(offset_s)s::float8[], %(flags)s::smallint[])
      as h (device_id, received, offset_s, flags) order by 1) h
where d.device_id = h.device_id and (d.last_received is null or d.last_received <= h.received)
