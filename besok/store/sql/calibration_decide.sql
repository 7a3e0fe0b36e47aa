-- Decides upon a proposal.
update calibration
set decision = %(decision)s, decided = %(now)s, decided_by = %(author)s, decided_why = %(reason)s,
    valid = case when %(decision)s = 'accepted' then tstzrange(%(start)s, null) end
where calibration_id = %(id)s
