-- Visits of the observed days of a range by weekday (Monday 0): their mean, and how many days it rests on.
select extract(isodow from v.day)::int - 1 as weekday, avg(v.gross) as gross, avg(v.net) as net, count(*)::int as days
from site
join visit_day v using (site_id)
where site.slug = %(site)s and v.day between %(first)s and %(last)s
group by 1
order by 1
