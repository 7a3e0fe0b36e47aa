-- Registers devices that were never heard before; a device nobody placed is kept all the same.
insert into device (source, external_id)
select distinct source, external_id from unnest(%(source)s::text[], %(device)s::text[]) as w (source, external_id)
order by 1, 2
on conflict do nothing
