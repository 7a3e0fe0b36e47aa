-- The points of a forecast in order.
select day, mean, low80, high80, low95, high95
from forecast_point
where forecast_id = %(forecast_id)s and kind = %(kind)s
order by day
