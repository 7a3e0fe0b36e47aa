-- The sums of a forecast in order.
select first_day as first, last_day as last, mean, low80, high80, low95, high95
from forecast_total
where forecast_id = %(forecast_id)s
order by last_day, first_day
