-- The placements in force of given channels and of all that stands in given sites.
select pl.placement_id, pl.channel_id, pl.portal_id, pl.space_id, pl.swapped, pl.role
from placement pl
left join portal p on p.portal_id = pl.portal_id
left join space z on z.space_id = pl.space_id
where upper_inf(pl.valid) and (pl.channel_id = any(%(channels)s) or coalesce(p.site_id, z.site_id) = any(%(sites)s))
