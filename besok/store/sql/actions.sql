-- name: actions
-- The actions of a site, or of all, newest first.
select s.slug as site, a.slug as id, json_build_object('sv', a.title_sv, 'en', a.title_en) as title, a.asked_by, a.asked,
    a.answered, case when a.answered is not null then json_build_object('sv', a.answer_sv, 'en', a.answer_en) end as answer,
    a.done_since, a.undone, a.invented, a.weekdays, array(
        select z.slug from action_space x join space z using (space_id) where x.action_id = a.action_id order by z.sort, z.slug
    ) as spaces
from action a
join site s using (site_id)
where %(site)s::text is null or s.slug = %(site)s
order by s.sort, s.slug, coalesce(a.done_since, a.answered, a.asked) desc nulls first, a.slug

-- name: action_log
-- Who changed the actions of a site, or of all, newest last.
select s.slug as site, l.slug as id, l.at, l.author, l.change
from action_log l join site s using (site_id)
where %(site)s::text is null or s.slug = %(site)s
order by l.entry_id

-- name: action_upsert
-- Writes an action.
insert into action (site_id, slug, title_sv, title_en, asked_by, asked, answered, answer_sv, answer_en, done_since, undone, invented,
    weekdays)
values (
    %(site_id)s, %(id)s, %(title_sv)s, %(title_en)s, %(asked_by)s, %(asked)s, %(answered)s, %(answer_sv)s, %(answer_en)s,
    %(done_since)s, %(undone)s, %(invented)s, %(weekdays)s
)
on conflict (site_id, slug) do update
set title_sv = excluded.title_sv, title_en = excluded.title_en, asked_by = excluded.asked_by, asked = excluded.asked,
    answered = excluded.answered, answer_sv = excluded.answer_sv, answer_en = excluded.answer_en,
    done_since = excluded.done_since, undone = excluded.undone, invented = excluded.invented,
    weekdays = excluded.weekdays
returning action_id

-- name: action_delete
-- Removes an action; its log stays.
delete from action where site_id = %(site_id)s and slug = %(id)s

-- name: action_log_insert
-- Notes who changed an action, when and how.
insert into action_log (site_id, slug, at, author, change) values (%(site_id)s, %(id)s, %(at)s, %(author)s, %(change)s)

-- name: action_space_insert
-- An action concerns a space of its site; the id of the space, no row if there is none of that name.
insert into action_space (action_id, space_id)
select a.action_id, z.space_id from action a join space z on z.site_id = a.site_id and z.slug = %(space)s and upper_inf(z.valid)
where a.action_id = %(action_id)s
returning space_id

-- name: action_spaces_forget
-- Forgets which spaces an action concerns, before new ones are written.
delete from action_space where action_id = %(action_id)s
