-- Marks rejected messages as read after all.
update rejected set resolved = %(now)s where rejected_id = any(%(ids)s) and resolved is null
