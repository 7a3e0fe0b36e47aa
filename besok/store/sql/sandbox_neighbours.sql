-- Marks the past days of other sites in which somebody passed through doors of this one: their occupancy changes.
insert into dirty_day (site_id, day)
select distinct f.site_id, f.day
from flow_day f
join portal p using (portal_id)
join site s on s.site_id = f.site_id
where p.site_id = %(site_id)s and f.site_id <> p.site_id
    and f.day < ((now() at time zone s.timezone) - s.day_start)::date
order by 1, 2
on conflict do nothing
