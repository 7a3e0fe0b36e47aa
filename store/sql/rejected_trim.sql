-- Keeps at most so many rejected messages: those that were read after all go first, and of each the oldest.
delete from rejected where rejected_id in (
    select rejected_id from rejected order by resolved is null, rejected_id
    limit (select greatest(0, count(*) - %(most)s) from rejected)
)
