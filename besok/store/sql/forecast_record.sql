-- Every sum that was ever forecast of what the target counts now and whose days are over, beside the truth as the readings
-- have it now. Days that are left out, or were not observed at all of its sites, count as the mean of the others;
-- `observed` is the share of days that were.
with told as (
    select f.origin, f.made, f.afterwards, f.model, t.*
    from forecast f
    join site s using (site_id)
    join forecast_total t using (forecast_id)
    where s.slug = %(site)s and f.measure = %(measure)s and f.also = %(also)s and t.last_day < %(today)s
), days as materialized (
    select day, case %(measure)s when 'net' then net else gross end as visits
    from visits_together(%(site)s || %(also)s::text[], '-infinity', %(today)s)
    where day <> all(%(left_out)s::date[])
), truth as (
    select t.forecast_id, t.first_day, t.last_day, sum(d.visits) as visits,
        count(d.day)::float8 / (t.last_day - t.first_day + 1) as observed
    from told t
    left join days d on d.day between t.first_day and t.last_day
    group by t.forecast_id, t.first_day, t.last_day
)
select t.origin, t.made, t.afterwards, t.model, t.first_day as first, t.last_day as last, t.mean, t.low80, t.high80, t.low95,
    t.high95, truth.observed,
    truth.visits / nullif(truth.observed, 0) as truth
from told t
join truth using (forecast_id, first_day, last_day)
order by t.last_day - t.first_day, t.origin
