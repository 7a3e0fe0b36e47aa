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
