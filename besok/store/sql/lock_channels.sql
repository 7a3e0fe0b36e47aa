-- Locks channels, and the portals they observe, in one order, so that two writers cannot recompute the same bucket at once.
with locked as materialized (
    select channel_id from channel where channel_id = any(%(channels)s) order by channel_id for no key update
)
select portal_id from portal
where portal_id in (select pl.portal_id from placement pl join locked using (channel_id))
order by portal_id
for no key update
