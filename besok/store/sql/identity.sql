-- name: installation_key
-- The key of pseudonyms.
select key from installation

-- name: admission_lock
-- One collector at a time registers new devices.
select pg_advisory_xact_lock(hashtext('besok new devices'))

-- name: registered_channels
-- Those of some devices that are registered, each with its channels.
select d.source, d.external_id, array(select c.key from channel c where c.device_id = d.device_id)
from unnest(%(source)s::text[], %(device)s::text[]) as w (source, external_id)
join device d using (source, external_id)

-- name: registered_lately
-- How many devices messages have registered within an hour.
select count(*) from device where registered > %(now)s::timestamptz - interval '1 hour'

-- name: register_heard
-- Registers devices that were never heard before.
insert into device (source, external_id, registered)
select source, external_id, %(now)s from unnest(%(source)s::text[], %(device)s::text[]) as w (source, external_id)
order by 1, 2
on conflict do nothing

-- name: name_devices
-- Gives devices that are known by their pseudonyms their names.
update device d set external_id = n.external_id
from unnest(%(source)s::text[], %(device)s::text[], %(pseudonym)s::text[]) as n (source, external_id, pseudonym)
where d.source = n.source and d.external_id = n.pseudonym
    and not exists (select from device o where o.source = n.source and o.external_id = n.external_id)

-- name: name_mapped
-- The same in the places that answers have given.
update device_mapping m set sensors = replace(
    m.sensors::text, to_jsonb(n.pseudonym)::text, to_jsonb(n.external_id)::text)::jsonb
from unnest(%(device)s::text[], %(pseudonym)s::text[]) as n (external_id, pseudonym)
where m.ended is null and position(to_jsonb(n.pseudonym)::text in m.sensors::text) > 0

-- name: learn_topics
-- Notes topics on which devices were heard that are not bound: not placed, or placed and never heard; of each device a few.
update device d set heard_on = d.heard_on || n.topics
from (
    select o.device_id, array_agg(h.topic order by h.place) as topics
    from unnest(%(source)s::text[], %(device)s::text[], %(topic)s::text[]) with ordinality
        as h (source, external_id, topic, place)
    join device o using (source, external_id)
    where h.topic <> all(o.heard_on) and cardinality(o.topics) = 0 and cardinality(o.heard_on) < 20
    group by o.device_id
    order by o.device_id
) n
where d.device_id = n.device_id and (cardinality(d.heard_on) = 0 or not exists (
    select from channel c join placement_now pl using (channel_id) where c.device_id = d.device_id
))

-- name: bound_topics
-- The topics that devices are bound to.
select d.source, d.external_id, case when cardinality(d.topics) > 0 then d.topics else d.heard_on end
from unnest(%(source)s::text[], %(device)s::text[]) as w (source, external_id)
join device d using (source, external_id)

-- name: bindings
-- What placed devices are bound to: topics of the site file or a command, else those on which they were heard.
select source, external_id, topics, heard_on from device d
where exists (
    select from channel c join placement_now pl using (channel_id) where c.device_id = d.device_id
)

-- name: set_topics
-- Binds a device to topics; to none: to those on which it is heard next.
update device set topics = %(topics)s::text[], heard_on = '{}' where external_id = %(device)s

-- name: topics_of
-- What the devices of a name are bound to, by the site file or a command, and on which topics they were heard.
select source, topics, heard_on from device where external_id = %(device)s order by source

-- name: device_names
-- The names of all devices, and the topics on which they were heard.
select external_id, coalesce(topic, '') from device
