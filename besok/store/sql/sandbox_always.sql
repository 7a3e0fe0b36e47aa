-- Placements that have always held.
update placement set valid = tstzrange(null, null) where placement_id = any(%(ids)s)
