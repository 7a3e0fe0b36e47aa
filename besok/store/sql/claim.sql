-- Claims a site for this connection: no other worker works on it as long as the connection lives.
select pg_try_advisory_lock(hashtext('besok occupancy'), %(site_id)s)
