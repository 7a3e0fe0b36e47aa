-- The portals that sites have now; an end in another site is named site/space.
select p.site_id, p.slug, p.name_sv, p.name_en, p.counted,
    case when o.space_id is null then 'outside' when o.site_id = p.site_id then o.slug
         else os.slug || '/' || o.slug end as outer_end,
    case when i.space_id is null then 'outside' when i.site_id = p.site_id then i.slug
         else ins.slug || '/' || i.slug end as inner_end
from portal p
left join space o on o.space_id = p.outer_id
left join site os on os.site_id = o.site_id
left join space i on i.space_id = p.inner_id
left join site ins on ins.site_id = i.site_id
where upper_inf(p.valid)
order by p.site_id, p.sort, p.portal_id
