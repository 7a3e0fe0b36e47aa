-- name: forecast_latest
-- The newest forecast of a site that counts what its target counts now: besok.model.outlook.Outlook.
select f.origin, f.made, f.afterwards, f.measure, f.model, f.goal, f.deadline, f.odds, f.even_from, f.likely_from,
    f.reached_low, f.reached, f.reached_high, f.needed_growth, f.expected_growth, f.also, coalesce(p.days, '[]') as days, coalesce(p.years, '[]') as years, coalesce(t.totals, '[]') as totals
from forecast f
join site s using (site_id)
left join lateral (
    select json_agg(p order by p.day) filter (where kind = 'day') as days, json_agg(p order by p.day) filter (where kind = 'year') as years
    from forecast_point p where p.forecast_id = f.forecast_id
) p on true
left join lateral (
    select json_agg(json_build_object('first', t.first_day, 'last', t.last_day, 'mean', t.mean, 'low80', t.low80, 'high80', t.high80,
        'low95', t.low95, 'high95', t.high95) order by t.last_day, t.first_day) as totals
    from forecast_total t where t.forecast_id = f.forecast_id
) t on true
where s.slug = %(site)s and f.measure = %(measure)s and f.also = %(also)s
order by f.origin desc
limit 1

-- name: forecast_record
-- Every sum that was ever forecast of what the target counts now and whose days are over, beside the truth as it is known now.
-- Days that are not given count as the mean of the others; `observed` is the share of days that were.
with told as (
    select f.origin, f.made, f.afterwards, f.model, t.*
    from forecast f
    join site s using (site_id)
    join forecast_total t using (forecast_id)
    where s.slug = %(site)s and f.measure = %(measure)s and f.also = %(also)s and t.last_day < %(today)s
), days as materialized (
    select day, visits from unnest(%(days)s::date[], %(visits)s::float8[]) as d (day, visits)
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

-- name: forecast_origins
-- The origins of the forecasts that a site has of the visits that its target counts, oldest first.
select f.origin
from forecast f join site s using (site_id)
where s.slug = %(site)s and f.measure = %(measure)s and f.also = %(also)s
order by f.origin

-- name: forecast_aim
-- The target of a site's newest forecast of the visits that its target counts.
select f.origin, f.goal, f.deadline
from forecast f join site s using (site_id)
where s.slug = %(site)s and f.measure = %(measure)s and f.also = %(also)s
order by f.origin desc
limit 1

-- name: forecast_insert
-- Keeps a forecast; one that was made of the same origin before stays as it was, and nothing comes back, unless it was
-- made for another target: it gives way, with its points and sums, while nothing that came after its origin is known.
insert into forecast (
    site_id, origin, made, afterwards, measure, model, goal, deadline, odds, even_from, likely_from,
    reached_low, reached, reached_high, needed_growth, expected_growth, also
)
select site_id, %(origin)s, %(made)s, %(afterwards)s, %(measure)s, %(model)s, %(goal)s, %(deadline)s, %(odds)s,
    %(even_from)s, %(likely_from)s, %(reached_low)s, %(reached)s, %(reached_high)s, %(needed_growth)s, %(expected_growth)s, %(also)s
from site where slug = %(site)s
on conflict (site_id, origin, measure, also) do update
set (made, model, goal, deadline, odds, even_from, likely_from, reached_low, reached, reached_high, needed_growth, expected_growth) =
    (excluded.made, excluded.model, excluded.goal, excluded.deadline, excluded.odds, excluded.even_from, excluded.likely_from,
    excluded.reached_low, excluded.reached, excluded.reached_high, excluded.needed_growth, excluded.expected_growth)
where not excluded.afterwards and (forecast.goal, forecast.deadline) is distinct from (excluded.goal, excluded.deadline)
returning forecast_id

-- name: forecast_empty
-- Takes the points and sums of a forecast away.
with points as (delete from forecast_point where forecast_id = %(forecast_id)s)
delete from forecast_total where forecast_id = %(forecast_id)s

-- name: forecast_points_insert
-- The points of a forecast, given as columns.
insert into forecast_point (forecast_id, kind, day, mean, low80, high80, low95, high95)
select %(forecast_id)s, %(kind)s, d, m, l80, h80, l95, h95
from unnest(
    %(days)s::date[], %(mean)s::float8[], %(low80)s::float8[], %(high80)s::float8[], %(low95)s::float8[], %(high95)s::float8[]
) as t (d, m, l80, h80, l95, h95)

-- name: forecast_totals_insert
-- The sums of a forecast, given as columns.
insert into forecast_total (forecast_id, first_day, last_day, mean, low80, high80, low95, high95)
select %(forecast_id)s, f, l, m, l80, h80, l95, h95
from unnest(
    %(first_days)s::date[], %(last_days)s::date[], %(mean)s::float8[], %(low80)s::float8[], %(high80)s::float8[],
    %(low95)s::float8[], %(high95)s::float8[]
) as t (f, l, m, l80, h80, l95, h95)
on conflict do nothing
