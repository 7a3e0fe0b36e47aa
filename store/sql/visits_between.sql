-- Visits of a site over a range of business days: the sums, and on how many days anything was observed.
select sum(v.gross) as gross, sum(v.net) as net, count(v.day)::int as days
from site
left join visit_day v on v.site_id = site.site_id and v.day between %(first)s and %(last)s
where site.slug = %(site)s
