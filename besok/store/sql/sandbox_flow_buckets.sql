-- Deletes what was made of the flow readings of a sandbox.
delete from flow_bucket b using emptied e where b.channel_id = e.channel_id and e.valid @> b.bucket
