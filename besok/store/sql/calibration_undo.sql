-- Takes a correction back; it stays, with who did it and why.
update calibration
set undone = %(now)s, undone_by = %(author)s, undone_why = %(reason)s
where calibration_id = %(id)s
