-- The days, of those given by their beginnings and ends, for which minute figures are kept.
select d.day
from unnest(%(days)s::date[], %(begins)s::timestamptz[], %(ends)s::timestamptz[]) as d (day, begins, ends)
where exists (
    select from occupancy_minute o where o.space_id = %(space_id)s and o.time >= d.begins and o.time < d.ends
)
