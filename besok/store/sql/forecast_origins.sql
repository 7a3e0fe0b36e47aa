-- The origins of the forecasts that a site has of the visits that its target counts, oldest first.
select f.origin
from forecast f join site s using (site_id)
where s.slug = %(site)s and f.measure = %(measure)s and f.also = %(also)s
order by f.origin
