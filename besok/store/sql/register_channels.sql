-- Registers channels of known devices that were never heard before.
insert into channel (device_id, key)
select distinct d.device_id, w.key
from unnest(%(source)s::text[], %(device)s::text[], %(key)s::text[]) as w (source, external_id, key)
join device d using (source, external_id)
order by 1, 2
on conflict do nothing
