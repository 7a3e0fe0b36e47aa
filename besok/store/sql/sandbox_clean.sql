-- No day of the site waits for an estimate any more.
delete from dirty_day where site_id = %(site_id)s
