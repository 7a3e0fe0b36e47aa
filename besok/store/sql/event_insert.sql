-- Writes an event of a calendar; the space is one of the site's, or none.
insert into programme_event (site_id, space_id, calendar, uid, title, during, all_day, imported)
values (
    %(site_id)s, (select space_id from space where site_id = %(site_id)s and slug = %(space)s), %(calendar)s, %(uid)s, %(title)s,
    tstzrange(%(start)s, %(end)s), %(all_day)s, %(now)s
)
on conflict (site_id, calendar, uid, during) do nothing
