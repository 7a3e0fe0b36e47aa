-- Takes away estimates of channels since a moment, to be made anew.
delete from imputed_flow where channel_id = any(%(channels)s) and bucket >= %(since)s
