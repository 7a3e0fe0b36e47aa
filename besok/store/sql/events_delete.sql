-- Events that are in their calendar no more.
delete from programme_event where event_id = any(%(ids)s)
