-- Every sum that was ever forecast and whose days are over, beside the truth as the readings have it now. Days that were
-- not observed count as the mean of the others; `observed` is the share of days that were.
select f.origin, f.made, f.afterwards, f.model, t.first_day as first, t.last_day as last, t.mean, t.low80, t.high80, t.low95,
    t.high95, truth.observed,
    truth.visits / nullif(truth.observed, 0) as truth
from forecast f
join site s using (site_id)
join forecast_total t using (forecast_id)
cross join lateral (
    select count(v.day)::float8 / (t.last_day - t.first_day + 1) as observed,
        sum(case f.measure when 'net' then v.net else v.gross end) as visits
    from visit_day v
    where v.site_id = f.site_id and v.day between t.first_day and t.last_day
) truth
where s.slug = %(site)s and f.measure = %(measure)s and t.last_day < %(today)s
order by t.last_day - t.first_day, f.origin
