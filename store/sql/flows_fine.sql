-- People through each counted portal of a site by quarter or hour; nulls where nothing was observed.
select p.slug as portal, t.start, f.people_in, f.people_out, coalesce(f.coverage, 0) as coverage, coalesce(f.imputed, 0) as imputed
from portal p
join site using (site_id)
cross join lateral generate_series(%(start)s::timestamptz, %(end)s::timestamptz - interval '1 second', %(step)s::interval) as t (start)
left join lateral (
    select sum(people_in) as people_in, sum(people_out) as people_out, sum(imputed) as imputed,
        least(1, sum(covered_s) / count(distinct channel_id) / extract(epoch from %(step)s::interval)::float8) as coverage
    from portal_flow f
    where f.portal_id = p.portal_id and f.bucket >= t.start and f.bucket < t.start + %(step)s::interval
        and f.bucket >= %(start)s and f.bucket < %(end)s
) f on true
where site.slug = %(site)s and p.counted
order by p.sort, p.slug, t.start
