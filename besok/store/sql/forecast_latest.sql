-- The newest forecast of a site that counts what its target counts now.
select f.forecast_id, f.origin, f.made, f.afterwards, f.measure, f.model, f.goal, f.deadline, f.odds, f.even_from,
    f.likely_from, f.needed_growth, f.expected_growth, f.also
from forecast f join site s using (site_id)
where s.slug = %(site)s and f.measure = %(measure)s and f.also = %(also)s
order by f.origin desc
limit 1
