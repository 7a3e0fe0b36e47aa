-- The ledger of a site, or of all, newest first.
select s.slug as site, a.slug as id, a.title_sv, a.title_en, a.asked_by, a.asked, a.answered, a.answer_sv, a.answer_en,
    a.done_since, a.undone, a.invented, a.weekdays, array(
        select z.slug from action_space x join space z using (space_id) where x.action_id = a.action_id order by z.sort, z.slug
    ) as spaces
from action a
join site s using (site_id)
where %(site)s::text is null or s.slug = %(site)s
order by s.sort, s.slug, coalesce(a.done_since, a.answered, a.asked) desc nulls first, a.slug
