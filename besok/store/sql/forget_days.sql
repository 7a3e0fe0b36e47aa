-- Forgets the flow days of a site.
delete from flow_day where site_id = %(site_id)s
