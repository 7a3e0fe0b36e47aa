-- Writes the root space of a site: the site itself.
insert into space as z (site_id, slug, parent_id, name_sv, name_en, kind, capacity, sort)
select site_id, slug, null, name_sv, name_en, kind, capacity, 0 from site where site_id = %(site_id)s
on conflict (site_id, slug) do update
set name_sv = excluded.name_sv, name_en = excluded.name_en, kind = excluded.kind, capacity = excluded.capacity
