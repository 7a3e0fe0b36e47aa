-- Rejected messages that are still unread, newest first.
select rejected_id as id, received, topic, reason, substr(payload, 1, %(length)s) as payload, length(payload) as size
from rejected
where resolved is null and (%(before)s::bigint is null or rejected_id < %(before)s)
order by rejected_id desc
limit %(limit)s
