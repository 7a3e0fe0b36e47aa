-- Keeps the effects of events of the programme, given as columns, in the place of those before.
insert into event_effect (event_id, effect)
select t.event_id, t.effect::jsonb
from unnest(%(events)s::int[], %(effects)s::text[]) as t (event_id, effect)
join programme_event using (event_id)
on conflict (event_id) do update set effect = excluded.effect
