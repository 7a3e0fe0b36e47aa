-- People who entered spaces of a site by business day, and the share of the day in which their doors were watched. Doors between
-- them and the spaces `apart` count for those alone.
with door as (
    select z.space_id, z.slug, sp.portal_id, sp.sign
    from site s
    join space z using (site_id)
    join space_portal sp using (space_id)
    join portal p using (portal_id)
    where s.slug = %(site)s and z.slug = any(%(spaces)s) and p.counted and upper_inf(p.valid)
        and (z.slug = any(%(apart)s) or not exists (
            select from space_portal o join space y using (space_id)
            where o.portal_id = sp.portal_id and y.site_id = z.site_id and y.slug = any(%(apart)s)
        ))
)
select d.slug as space, f.day, sum(case d.sign when 1 then f.people_in else f.people_out end)::float8 as entered,
    (sum(f.covered_s) / 86400.0 / (select count(*) from door o where o.space_id = d.space_id))::float8 as coverage
from door d
join site s on s.slug = %(site)s
join flow_day_filled f on f.site_id = s.site_id and f.portal_id = d.portal_id and f.day between %(first)s and %(last)s
group by d.space_id, d.slug, f.day
order by d.slug, f.day
