-- People through each counted portal of a site by business day, week or month; nulls where nothing was observed.
select p.slug as portal, (t.first + site.day_start) at time zone site.timezone as start,
    sum(f.people_in) as people_in, sum(f.people_out) as people_out,
    coalesce(sum(f.covered_s) / extract(epoch from
        (t.first + t.step + site.day_start) at time zone site.timezone - (t.first + site.day_start) at time zone site.timezone
    )::float8, 0) as coverage,
    coalesce(sum(f.imputed), 0) as imputed
from portal p
join site using (site_id)
cross join lateral (
    select first, %(step)s::interval as step
    from generate_series(date_trunc(%(unit)s, %(first)s::date::timestamp), %(last)s::date::timestamp, %(step)s::interval) as g (first)
) t
left join flow_day f on f.site_id = p.site_id and f.portal_id = p.portal_id and f.day >= t.first and f.day < t.first + t.step
    and f.day >= %(first)s and f.day <= %(last)s
where site.slug = %(site)s and p.counted
group by p.portal_id, site.site_id, t.first, t.step
order by p.sort, p.slug, t.first
