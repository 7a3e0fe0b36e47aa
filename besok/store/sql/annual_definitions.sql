-- Every version of what a visit is at a site, replaced ones too.
select v.version, v.from_day as first, v.since, v.ended, v.spec
from visit_definition v join site using (site_id)
where site.slug = %(site)s
order by v.version
