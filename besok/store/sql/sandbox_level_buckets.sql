-- Deletes what was made of the level readings of a sandbox.
delete from level_bucket b using emptied e where b.channel_id = e.channel_id and e.valid @> b.bucket
