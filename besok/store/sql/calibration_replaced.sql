-- Makes room for a correction: one that began before it ends where it begins, one that begins later is undone. Gives when
-- the earliest of them began.
with room as (
    update calibration
    set valid = case when lower(valid) < %(start)s then tstzrange(lower(valid), %(start)s) else valid end,
        undone = case when lower(valid) >= %(start)s then %(now)s::timestamptz end,
        undone_by = case when lower(valid) >= %(start)s then %(author)s end,
        undone_why = case when lower(valid) >= %(start)s then %(reason)s end
    where portal_id = %(portal_id)s and decision = 'accepted' and undone is null and valid && tstzrange(%(start)s, null)
    returning lower(valid) as began
)
select min(began) from room
