-- The first business day on which anybody was counted at a site.
select min(day) from flow_day where site_id = %(site_id)s
