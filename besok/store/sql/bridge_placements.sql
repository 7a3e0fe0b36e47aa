-- What has hung at portals, ever.
select portal_id, channel_id, swapped, role, lower(valid) as placed, upper(valid) as ended
from placement where portal_id = any(%(portals)s)
order by portal_id, lower(valid) nulls first, placement_id
