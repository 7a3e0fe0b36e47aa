-- Enters messages in the ledger; returns those that are new. In one order, so that two writers wait and never deadlock.
insert into seen as s (scope, mark, digest, received, forget)
select * from unnest(%(scope)s::text[], %(mark)s::text[], %(digest)s::bytea[], %(received)s::timestamptz[],
    %(forget)s::timestamptz[])
order by 1, 2, 3
on conflict (scope, mark, digest) do update set received = excluded.received, forget = excluded.forget
where s.forget < excluded.received
returning scope, mark, digest
