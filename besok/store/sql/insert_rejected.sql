-- Keeps messages nobody could read, whole, with the reason; once, if they are written again with their receipt.
insert into rejected (received, topic, payload, retained, reason)
select n.received, n.topic, n.payload, n.retained, n.reason
from (
    select distinct on (received, topic, payload) *
    from unnest(%(received)s::timestamptz[], %(topic)s::text[], %(payload)s::bytea[], %(retained)s::boolean[],
        %(reason)s::text[]) with ordinality as o (received, topic, payload, retained, reason, place)
    order by received, topic, payload, place
) as n
where not exists (
    select from rejected r where r.received = n.received and r.topic = n.topic and r.payload = n.payload
)
order by n.place
