-- Deletes what was estimated for the silent quarters of a sandbox.
delete from imputed_flow i using emptied e where i.channel_id = e.channel_id and e.valid @> i.bucket
