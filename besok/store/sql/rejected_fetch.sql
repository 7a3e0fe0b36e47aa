-- Unresolved rejected messages, oldest first.
select rejected_id, received, topic, payload, retained from rejected
where resolved is null and rejected_id > %(after)s and (%(ids)s::bigint[] is null or rejected_id = any(%(ids)s))
order by rejected_id
limit %(limit)s
