-- The doors of a site that are counted by sensors now: who is to be counted, in which direction people enter (sign), by which
-- channels, and how seldom the slowest of them reports.
select p.portal_id, p.slug as portal, p.name_sv, p.name_en, coalesce(i.name_sv, '') as inner_sv, coalesce(i.name_en, '') as inner_en,
    case when sp.perimeter then sp.sign else 0 end as sign, array_agg(pl.channel_id order by pl.channel_id) as channels,
    max(d.interval_s) as interval_s
from site s
join portal p using (site_id)
join site_portal sp on sp.site_id = s.site_id and sp.portal_id = p.portal_id
join placement pl on pl.portal_id = p.portal_id and pl.role = 'primary' and upper_inf(pl.valid)
join channel c using (channel_id)
join device d using (device_id)
left join space i on i.space_id = p.inner_id
where s.slug = %(site)s and p.counted and upper_inf(p.valid)
group by p.portal_id, i.space_id, sp.perimeter, sp.sign
order by sp.perimeter desc, p.sort, p.portal_id
