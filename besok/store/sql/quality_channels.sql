-- The channels that observe the doors and spaces of some sites now: what they are called, and when each was last heard.
select d.source, d.external_id as device, c.key as channel, c.channel_id, c.last_received as heard, pl.portal_id, pl.space_id,
    pl.swapped
from placement pl
join channel c using (channel_id)
join device d using (device_id)
where pl.role = 'primary' and upper_inf(pl.valid)
