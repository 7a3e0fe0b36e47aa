-- Enters a step; nothing is returned if another process has entered one of that number. Ours may come a second time.
insert into trail as t (client, number, session, writer, digests, unacknowledged)
values (%(client)s, %(number)s, %(session)s, %(writer)s, %(digests)s, %(unacknowledged)s)
on conflict (client, number) do update set
    session = excluded.session, digests = excluded.digests, unacknowledged = excluded.unacknowledged
where t.writer = excluded.writer
returning true
