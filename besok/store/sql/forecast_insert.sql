-- Keeps a forecast; one that was made of the same origin before stays as it was, and nothing comes back.
insert into forecast (
    site_id, origin, made, afterwards, measure, model, goal, deadline, odds, even_from, likely_from, needed_growth,
    expected_growth, also
)
select site_id, %(origin)s, %(made)s, %(afterwards)s, %(measure)s, %(model)s, %(goal)s, %(deadline)s, %(odds)s,
    %(even_from)s, %(likely_from)s, %(needed_growth)s, %(expected_growth)s, %(also)s
from site where slug = %(site)s
on conflict (site_id, origin, measure, also) do nothing
returning forecast_id
