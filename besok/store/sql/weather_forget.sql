-- Forgets the weather of a site.
delete from weather_day where site_id = %(site_id)s
