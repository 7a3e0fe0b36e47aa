-- Keeps what an action gave.
insert into action_effect (action_id, until, result)
select a.action_id, %(until)s, %(result)s::json
from action a join site s using (site_id)
where s.slug = %(site)s and a.slug = %(action)s
on conflict (action_id) do update set until = excluded.until, result = excluded.result
