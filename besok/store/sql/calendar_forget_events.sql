-- Forgets the events of an imported calendar.
delete from programme_event where site_id = %(site_id)s and calendar = %(calendar)s
