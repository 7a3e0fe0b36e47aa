-- The programme of a site within a time, as it will be or was.
select e.calendar, e.uid, e.title, z.slug as space, lower(e.during) as start, upper(e.during) as "end", e.all_day
from programme_event e
join site using (site_id)
left join space z using (space_id)
where site.slug = %(site)s and e.during && tstzrange(%(start)s, %(end)s)
order by lower(e.during), upper(e.during), e.title, e.uid
