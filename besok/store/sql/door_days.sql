-- What is known of each door that touches a site by business day: the seconds watched, people put in for what was not, and
-- whether it was heard.
select f.portal_id as door, f.day, sum(f.covered_s) as covered_s, sum(f.imputed) as imputed,
    bool_or(f.covered_s > 0 or f.imputed = 0) as heard
from flow_day_filled f
join site s using (site_id)
where s.slug = %(site)s and f.day between %(first)s and %(last)s
group by f.portal_id, f.day
order by f.day
