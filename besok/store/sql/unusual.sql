-- What stood out in the counts of a site within a time, the newest first, with what the programme had then.
select u.begins as start, u.ends as "end", u.people, u.expected, u.score, array(
    select e.title
    from programme_event e
    where e.site_id = u.site_id and e.during && tstzrange(u.begins - interval '1 hour', u.ends + interval '1 hour')
    order by lower(e.during)
) as programme
from unusual_time u
join site s using (site_id)
where s.slug = %(site)s and u.begins < %(end)s and u.ends > %(start)s
order by u.begins desc
