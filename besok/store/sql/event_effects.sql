-- What came of the programme of a site within a time, as far as it was reckoned, the newest first.
select e.title, z.slug as space, lower(e.during) as start, upper(e.during) as "end", x.effect::text as effect
from event_effect x
join programme_event e using (event_id)
join site s on s.site_id = e.site_id
left join space z using (space_id)
where s.slug = %(site)s and e.during && tstzrange(%(start)s, %(end)s)
order by lower(e.during) desc, e.title
