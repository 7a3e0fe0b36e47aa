-- Forgets the school holidays of an imported calendar.
delete from school_holiday where site_id = %(site_id)s and calendar = %(calendar)s
