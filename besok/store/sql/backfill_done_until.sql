-- The last day that an unfinished run of simulated history has written whole.
select done_until from backfill where digest = %(digest)s
