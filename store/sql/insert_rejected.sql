-- Keeps a message nobody could read, whole, with the reason; once, if it is written again with its receipt.
insert into rejected (received, topic, payload, retained, reason)
select %(received)s::timestamptz, %(topic)s, %(payload)s::bytea, %(retained)s, %(reason)s
where not exists (
    select from rejected where received = %(received)s::timestamptz and topic = %(topic)s and payload = %(payload)s::bytea
)
