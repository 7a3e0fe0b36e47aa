-- Keeps a count of a person; nothing if it is known, or if more came within a day than people can count.
insert into manual_count (count_id, portal_id, counted_by, begins, ends, clock_ahead_s, note, received, digest)
select %(count_id)s, portal_id, %(counted_by)s, %(begins)s, %(ends)s, %(clock_ahead_s)s, %(note)s, %(received)s, %(digest)s
from portal
where portal_id = %(portal_id)s
    and (select count(*) from manual_count where received > %(received)s::timestamptz - interval '1 day') < 1000
on conflict (count_id) do nothing
