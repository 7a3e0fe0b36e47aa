-- The spaces that sites have now, without the root spaces; the parent is empty below the root.
select z.site_id, z.slug, case when p.parent_id is null then '' else p.slug end as parent, z.name_sv, z.name_en, z.kind,
    z.storey, z.capacity, z.seats, z.area_m2
from space z
join space p on p.space_id = z.parent_id
where upper_inf(z.valid)
order by z.site_id, z.sort, z.space_id
