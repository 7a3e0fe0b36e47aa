-- Deletes the occupancy of a site by quarter of an hour.
delete from occupancy_bucket where space_id in (select space_id from space where site_id = %(site_id)s)
