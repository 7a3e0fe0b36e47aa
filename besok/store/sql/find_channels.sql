-- The ids of channels and their devices by source, device and key.
select d.source, d.external_id, c.key, c.channel_id, d.device_id
from unnest(%(source)s::text[], %(device)s::text[], %(key)s::text[]) as w (source, external_id, key)
join device d using (source, external_id)
join channel c using (device_id, key)
