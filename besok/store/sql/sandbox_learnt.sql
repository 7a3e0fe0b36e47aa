-- Deletes what was learnt of a site.
delete from occupancy_learnt where site_id = %(site_id)s
