-- Forgets the messages that had the packet ids of these deliveries before, and those whose ids are given out again next
-- (in the ranges `first` to `last` of a scope). A delivery that is only written once more, with its receipt, stays.
delete from seen s using (
    select s.scope, s.mark, s.digest
    from unnest(%(scope)s::text[], %(mark)s::text[], %(digest)s::bytea[], %(received)s::timestamptz[])
        as d (scope, mark, digest, received)
    join seen s using (scope, mark)
    where s.digest <> d.digest or s.received <> d.received
    union
    select s.scope, s.mark, s.digest
    from unnest(%(first)s::text[], %(last)s::text[]) as r (first, last)
    join seen s on s.scope = %(latest)s and s.mark between r.first and r.last
) old
where s.scope = old.scope and s.mark = old.mark and s.digest = old.digest
