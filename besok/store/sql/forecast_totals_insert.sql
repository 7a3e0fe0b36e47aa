-- The sums of a forecast, given as columns.
insert into forecast_total (forecast_id, first_day, last_day, mean, low80, high80, low95, high95)
select %(forecast_id)s, f, l, m, l80, h80, l95, h95
from unnest(
    %(first_days)s::date[], %(last_days)s::date[], %(mean)s::float8[], %(low80)s::float8[], %(high80)s::float8[],
    %(low95)s::float8[], %(high95)s::float8[]
) as t (f, l, m, l80, h80, l95, h95)
on conflict do nothing
