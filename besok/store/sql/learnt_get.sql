-- What was learnt of a site before a day, if it still holds for this building.
select learnt::text from occupancy_learnt
where site_id = %(site_id)s and day = %(day)s and building = %(building)s and not stale
