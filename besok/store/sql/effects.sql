-- What the actions of a site gave, as reckoned last.
select a.slug as action, e.result::text as result
from action_effect e
join action a using (action_id)
join site s on s.site_id = a.site_id
where s.slug = %(site)s and a.done_since is not null
