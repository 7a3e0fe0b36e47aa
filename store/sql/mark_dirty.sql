-- Marks past business days for a new estimate of their occupancy.
insert into dirty_day (site_id, day)
select * from unnest(%(site)s::int[], %(day)s::date[]) order by 1, 2
on conflict do nothing
