-- name: insert_rejected
-- Keeps messages nobody could read, whole, with the reason; once, if they are written again with their receipt.
insert into rejected (received, topic, payload, retained, reason, redacted)
select n.received, n.topic, n.payload, n.retained, n.reason, true
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

-- name: rejected
-- Rejected messages that are still unread, newest first.
select rejected_id as id, received, topic, reason, substr(payload, 1, %(length)s) as payload, length(payload) as size
from rejected
where resolved is null and (%(before)s::bigint is null or rejected_id < %(before)s)
order by rejected_id desc
limit %(limit)s

-- name: rejected_fetch
-- Unresolved rejected messages, oldest first.
select rejected_id, received, topic, payload, retained from rejected
where resolved is null and rejected_id > %(after)s and (%(ids)s::bigint[] is null or rejected_id = any(%(ids)s))
order by rejected_id
limit %(limit)s

-- name: rejected_unredacted
-- Messages that an older version has kept, oldest first.
select rejected_id, received, topic, payload, retained, reason from rejected
where not redacted
order by rejected_id
limit 100

-- name: rejected_redact
-- Keeps less of a message.
update rejected set topic = %(topic)s, payload = %(payload)s, reason = %(reason)s, redacted = true
where rejected_id = %(id)s

-- name: rejected_forget
-- Forgets messages that nobody could read and that nobody will read any more.
delete from rejected where received < %(before)s

-- name: rejected_resolve
-- Marks rejected messages as read after all.
update rejected set resolved = %(now)s where rejected_id = any(%(ids)s) and resolved is null

-- name: rejected_trim
-- Keeps at most so many rejected messages, and so many bytes of them: those that were read after all go first, and of each
-- the oldest.
delete from rejected where rejected_id in (
    select rejected_id from (
        select rejected_id, row_number() over w as number, sum(length(payload)) over w as bytes
        from rejected
        window w as (order by resolved is not null, rejected_id desc)
    ) r
    where number > %(most)s or bytes > %(bytes)s
)
