-- The sites that the portals of given sites touch, themselves included.
select distinct sp.site_id from site_portal sp join portal p using (portal_id) where p.site_id = any(%(sites)s)
union
select unnest(%(sites)s::int[])
