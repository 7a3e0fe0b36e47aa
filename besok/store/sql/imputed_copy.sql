-- Takes estimates in.
copy imputed_flow (channel_id, bucket, people_in, people_out, spread, covered_s) from stdin (format binary)
