-- The days of a door that a correction touches.
select f.site_id, f.portal_id, f.day
from flow_day f
join site s using (site_id)
where f.portal_id = %(portal_id)s
    and (f.day + 1 + s.day_start) at time zone s.timezone > %(start)s
    and (%(end)s::timestamptz is null or (f.day + s.day_start) at time zone s.timezone < %(end)s)
