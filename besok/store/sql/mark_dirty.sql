-- Marks past business days for a new estimate of their occupancy. A day that is marked already is locked, so that an
-- estimate that is about to take it waits for what is being written.
insert into dirty_day as d (site_id, day)
select * from unnest(%(site)s::int[], %(day)s::date[]) order by 1, 2
on conflict (site_id, day) do update set day = d.day
