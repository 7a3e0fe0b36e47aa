-- How long each door that leads into a site was watched on the days of each month on which it was heard, and who
-- passed it. A door of another site is named with its site. What came without a time told was heard too.
select f.portal_id, case when p.site_id = s.site_id then p.slug else owner.slug || '/' || p.slug end as name,
    date_trunc('month', f.day::timestamp)::date as month, count(*)::int as days, min(f.day) as first, max(f.day) as last,
    percentile_cont(0.5) within group (order by f.covered_s) as watched_s,
    percentile_cont(0.1) within group (order by f.covered_s) as shortest_s, sum(f.people_in + f.people_out) as people
from flow_day f
join site s using (site_id)
join site_portal sp on sp.site_id = f.site_id and sp.portal_id = f.portal_id and sp.perimeter
join portal p on p.portal_id = f.portal_id
join site owner on owner.site_id = p.site_id
where s.slug = %(site)s and (f.covered_s > 0 or f.imputed = 0)
group by f.portal_id, name, month
