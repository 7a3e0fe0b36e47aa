-- Whether history is being written: a run that is not finished, and went on within the last quarter of an hour.
select exists (select from backfill where noted > %(now)s::timestamptz - interval '15 minutes')
