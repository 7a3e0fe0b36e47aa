-- The events of an imported calendar that lie within a time.
select e.event_id, e.uid, e.title, z.slug as space, lower(e.during) as start, upper(e.during) as "end", e.all_day
from programme_event e
left join space z using (space_id)
where e.site_id = %(site_id)s and e.calendar = %(calendar)s and lower(e.during) >= %(start)s and lower(e.during) < %(end)s
