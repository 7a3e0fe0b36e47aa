-- Notes that a run of simulated history has written all days until one. Runs that nobody took up for a month are forgotten.
with old as (
    delete from backfill where noted < now() - interval '30 days' and digest <> %(digest)s
)
insert into backfill (digest, sites, done_until) values (%(digest)s, %(sites)s, %(day)s)
on conflict (digest) do update set done_until = excluded.done_until, noted = now()
