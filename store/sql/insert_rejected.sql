-- Keeps a message nobody could read, whole, with the reason.
insert into rejected (received, topic, payload, retained, reason)
values (%(received)s, %(topic)s, %(payload)s, %(retained)s, %(reason)s)
