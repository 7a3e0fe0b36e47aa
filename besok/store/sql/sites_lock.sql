-- One site file at a time.
select pg_advisory_xact_lock(hashtext('besok sites'))
