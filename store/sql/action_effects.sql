-- What came of the actions of a site, as far as it was reckoned.
select e.slug as action, e.until, e.effect::text as effect
from action_effect e join site s using (site_id)
where s.slug = %(site)s
order by e.slug
