-- name: seen_enter
-- Enters messages as seen; returns those that are new. In one order, so that two writers wait and never deadlock.
insert into seen as s (scope, mark, digest, received, forget)
select * from unnest(%(scope)s::text[], %(mark)s::text[], %(digest)s::bytea[], %(received)s::timestamptz[],
    %(forget)s::timestamptz[])
order by 1, 2, 3
on conflict (scope, mark, digest) do update set received = excluded.received, forget = excluded.forget
where s.forget < excluded.received
returning scope, mark, digest

-- name: seen_forget
-- Forgets the messages whose time has passed.
delete from seen where forget < %(now)s

-- name: seen_forget_scopes
-- Forgets the messages of these scopes, or those received before an instant.
delete from seen where scope = any(%(scopes)s) and (%(before)s::timestamptz is null or received < %(before)s)

-- name: seen_packets
-- Forgets the messages that had the packet ids of these deliveries before, and those whose ids are given out again next
-- (in the ranges `first` to `last` of a scope). A delivery that is only written once more, with its receipt, stays.
with ahead as (
    delete from seen s using unnest(%(first)s::text[], %(last)s::text[]) as r (first, last)
    where s.scope = %(latest)s and s.mark between r.first and r.last
)
delete from seen s
using unnest(%(scope)s::text[], %(mark)s::text[], %(digest)s::bytea[], %(received)s::timestamptz[])
    as d (scope, mark, digest, received)
where s.scope = d.scope and s.mark = d.mark and (s.digest <> d.digest or s.received <> d.received)
