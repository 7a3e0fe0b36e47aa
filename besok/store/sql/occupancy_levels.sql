-- The channels that look or looked into the spaces of a site, and how often they report.
select distinct c.channel_id, pl.space_id, d.interval_s
from placement pl
join space z using (space_id)
join channel c using (channel_id)
join device d using (device_id)
where z.site_id = %(site_id)s and pl.role = 'primary'
order by c.channel_id, pl.space_id
