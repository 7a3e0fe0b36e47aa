-- Writes a space; a new one lies below the root until its parent is known. One that had been ended begins again.
insert into space as z (site_id, slug, parent_id, name_sv, name_en, kind, storey, capacity, seats, area_m2, sort)
select s.site_id, %(slug)s, r.space_id, %(name_sv)s, %(name_en)s, %(kind)s, %(storey)s, %(capacity)s, %(seats)s,
    %(area_m2)s, %(sort)s
from site s join space r on r.site_id = s.site_id and r.parent_id is null
where s.site_id = %(site_id)s
on conflict (site_id, slug) do update
set name_sv = excluded.name_sv, name_en = excluded.name_en, kind = excluded.kind, storey = excluded.storey,
    capacity = excluded.capacity, seats = excluded.seats, area_m2 = excluded.area_m2, sort = excluded.sort,
    valid = tstzrange(lower(z.valid), null)
