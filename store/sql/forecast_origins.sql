-- The origins of the forecasts that a site has, oldest first.
select f.origin
from forecast f join site s using (site_id)
where s.slug = %(site)s and f.measure = %(measure)s
order by f.origin
