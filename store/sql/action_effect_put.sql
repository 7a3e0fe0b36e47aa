-- Keeps the effect of an action, in the place of the one before.
insert into action_effect (site_id, slug, until, effect)
select s.site_id, %(action)s, %(until)s, %(effect)s::jsonb from site s join action a using (site_id)
where s.slug = %(site)s and a.slug = %(action)s
on conflict (site_id, slug) do update set until = excluded.until, effect = excluded.effect
