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
