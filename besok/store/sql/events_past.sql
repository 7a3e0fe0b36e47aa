-- The events of the programme of a site that ended within a time.
select e.event_id, z.slug as space, lower(e.during) as start, upper(e.during) as "end", e.all_day
from programme_event e
join site s on s.site_id = e.site_id
left join space z using (space_id)
where s.slug = %(site)s and upper(e.during) > %(start)s and upper(e.during) <= %(end)s
order by lower(e.during), e.event_id
