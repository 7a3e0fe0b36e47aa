-- Corrections of portals that were accepted and touch a time; those that were undone too.
select portal_id, channels, factor_in, factor_out, lower(valid) as first, upper(valid) as last, decided, decided_by as author,
    coalesce(decided_why, '') as reason, undone,
    (evidence -> 'in' ->> 'sd')::float8 / nullif((evidence -> 'in' ->> 'accuracy')::float8, 0) as error_in,
    (evidence -> 'out' ->> 'sd')::float8 / nullif((evidence -> 'out' ->> 'accuracy')::float8, 0) as error_out
from calibration
where portal_id = any(%(portals)s) and decision = 'accepted' and valid && tstzrange(%(begins)s, %(ends)s)
order by decided
