-- The channels that are heard and observe nothing now, those of the device heard last first. `limit` bounds the devices.
-- Each channel costs some index look-ups, however long its history.
with silent as (
    select d.* from device d
    where d.last_received >= %(since)s and exists (
        select from channel c where c.device_id = d.device_id and c.last_received is not null
            and not exists (select from placement pl where pl.channel_id = c.channel_id and upper_inf(pl.valid))
    )
    order by d.last_received desc, d.device_id
    limit %(limit)s
)
select d.source, d.external_id as device, coalesce(nullif(d.model, ''), d.heard_model) as model, d.topic,
    d.last_received as heard, c.channel_id, c.key as channel, n.number as count
from silent d
join channel c using (device_id)
cross join lateral (
    select count(*)::int as number from (select from reading r where r.channel_id = c.channel_id limit %(most)s) r
) n
where c.last_received is not null
    and not exists (select from placement pl where pl.channel_id = c.channel_id and upper_inf(pl.valid))
order by d.last_received desc, d.device_id, c.key
