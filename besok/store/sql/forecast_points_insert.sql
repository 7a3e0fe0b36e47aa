-- The points of a forecast, given as columns.
insert into forecast_point (forecast_id, kind, day, mean, low80, high80, low95, high95)
select %(forecast_id)s, %(kind)s, d, m, l80, h80, l95, h95
from unnest(
    %(days)s::date[], %(mean)s::float8[], %(low80)s::float8[], %(high80)s::float8[], %(low95)s::float8[], %(high95)s::float8[]
) as t (d, m, l80, h80, l95, h95)
