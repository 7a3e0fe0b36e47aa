-- What is to be emptied: the channels that observe a site, or that nobody placed and that speak on its own topics, each with
-- the time in which they did. One that never observed another site is emptied whole.
create temp table emptied on commit drop as
with observes as (
    select pl.channel_id, pl.valid, coalesce(p.site_id, z.site_id) = %(site_id)s as here
    from placement pl
    left join portal p on p.portal_id = pl.portal_id
    left join space z on z.space_id = pl.space_id
), whole as (
    select c.channel_id
    from channel c
    join device d using (device_id)
    where not exists (select from observes o where o.channel_id = c.channel_id and not o.here)
        and (exists (select from observes o where o.channel_id = c.channel_id)
            or (d.source = 'native' and starts_with(d.external_id, %(site)s || '/')))
)
select channel_id, tstzrange(null, null) as valid, true as whole from whole
union all
select channel_id, valid, false from observes where here and channel_id not in (select channel_id from whole)
