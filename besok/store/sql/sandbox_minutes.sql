-- Deletes the occupancy of a site by minute.
delete from occupancy_minute where space_id in (select space_id from space where site_id = %(site_id)s)
