-- Tells an event anew: its title, its space, whether it lasts all day.
update programme_event
set title = %(title)s, all_day = %(all_day)s, imported = %(now)s,
    space_id = (select space_id from space where site_id = %(site_id)s and slug = %(space)s)
where event_id = %(event_id)s
