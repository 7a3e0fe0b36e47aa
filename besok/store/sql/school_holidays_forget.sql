-- Forgets the school holidays of a calendar that end on a day or later; they are told anew.
delete from school_holiday where site_id = %(site_id)s and calendar = %(calendar)s and last >= %(first)s
