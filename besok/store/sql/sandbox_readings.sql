-- Deletes the readings of a sandbox.
delete from reading r using emptied e where r.channel_id = e.channel_id and e.valid @> r.time
