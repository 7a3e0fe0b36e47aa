-- Places a channel: from now on, or, if it was never placed before, for all it has ever sent.
insert into placement (channel_id, portal_id, space_id, swapped, role, valid)
select %(channel_id)s, %(portal_id)s, %(space_id)s, %(swapped)s, %(role)s,
    tstzrange(case when exists (select from placement where channel_id = %(channel_id)s) then %(now)s::timestamptz end, null)
