-- What stands where now.
select coalesce(p.site_id, z.site_id) as site_id, d.source, d.external_id, c.key, d.model, d.interval_s,
    coalesce(p.slug, '') as portal, coalesce(z.slug, '') as space, pl.swapped, pl.role
from placement pl
join channel c using (channel_id)
join device d using (device_id)
left join portal p on p.portal_id = pl.portal_id
left join space z on z.space_id = pl.space_id
where upper_inf(pl.valid)
order by 1, pl.placement_id
