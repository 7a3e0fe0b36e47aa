-- Visits of the other sites by business day.
select s.slug as site, v.day, v.gross
from visit_day v join site s using (site_id)
where s.slug <> %(site)s and v.day between %(first)s and %(last)s
order by s.slug, v.day
