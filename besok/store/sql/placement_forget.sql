-- Forgets placements that would end before they began.
delete from placement where placement_id = any(%(ids)s) and lower(valid) >= %(now)s
