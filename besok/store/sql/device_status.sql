-- Notes that a device came or went, registering it if it is new.
insert into device as d (source, external_id, online, online_changed)
values (%(source)s, %(device)s, %(online)s, %(received)s)
on conflict (source, external_id) do update set online = excluded.online, online_changed = excluded.online_changed
where d.online is distinct from excluded.online
    and (d.online_changed is null or d.online_changed <= excluded.online_changed)
