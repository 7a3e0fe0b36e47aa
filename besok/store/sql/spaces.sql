-- The spaces of a site that are in use, the root space first, then in the order of the building.
select s.slug as space, p.slug as parent, s.name_sv, s.name_en, s.kind, s.storey, s.capacity, s.seats, s.area_m2
from space s
join site using (site_id)
left join space p on p.space_id = s.parent_id
where site.slug = %(site)s and upper_inf(s.valid)
order by s.parent_id is not null, s.sort, s.slug
