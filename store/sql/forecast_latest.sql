-- The newest forecast of a site.
select f.forecast_id, f.origin, f.made, f.afterwards, f.measure, f.model, f.goal, f.deadline, f.odds, f.even_from,
    f.likely_from, f.needed_growth, f.expected_growth
from forecast f join site s using (site_id)
where s.slug = %(site)s and f.measure = %(measure)s
order by f.origin desc
limit 1
