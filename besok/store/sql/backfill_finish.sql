-- A run of simulated history is finished.
delete from backfill where digest = %(digest)s
