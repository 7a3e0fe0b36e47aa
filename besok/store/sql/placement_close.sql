-- Ends placements; what they observed until then stays theirs.
update placement set valid = tstzrange(lower(valid), %(now)s) where placement_id = any(%(ids)s)
