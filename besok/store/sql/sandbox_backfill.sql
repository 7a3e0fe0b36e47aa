-- Unfinished runs of simulated history begin anew.
delete from backfill where %(site)s = any(sites)
