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
