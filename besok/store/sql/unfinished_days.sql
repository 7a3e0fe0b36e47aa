-- Marks for a new estimate the past business days of a site whose figures were made while they went on.
insert into dirty_day as d (site_id, day)
select distinct s.site_id, ((o.bucket at time zone s.timezone) - s.day_start)::date
from site s
join space z on z.site_id = s.site_id and z.parent_id is null
join occupancy_bucket o on o.space_id = z.space_id and not o.final
where s.site_id = %(site_id)s and o.bucket < %(before)s
order by 1, 2
on conflict (site_id, day) do update set day = d.day
