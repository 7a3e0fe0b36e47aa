-- Nor have the devices of which nothing is left; returns the scopes of the numbers of their messages.
update device d
set last_received = null, online = null, online_changed = null, clock_offset_s = null, clock_flags = 0, topic = null,
    heard_model = ''
where exists (select from channel c join emptied e using (channel_id) where c.device_id = d.device_id and e.whole)
    and not exists (select from channel c where c.device_id = d.device_id and c.last_received is not null)
returning source || '/' || external_id as scope
