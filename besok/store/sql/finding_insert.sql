-- A new finding, with its first line of history.
with fresh as (
    insert into finding (site_id, kind, channel_id, portal_id, space_id, since, evidence, odds, found, seen)
    select %(site_id)s, %(kind)s, c.channel_id, pl.portal_id, pl.space_id, %(since)s, %(evidence)s, %(odds)s, %(now)s, %(now)s
    from (values (%(channel_id)s::int)) as c (channel_id)
    left join placement pl on pl.channel_id = c.channel_id and upper_inf(pl.valid)
    on conflict do nothing
    returning finding_id
)
insert into finding_history (finding_id, time, event) select finding_id, %(now)s, 'found' from fresh
