-- name: device_mappings
-- The mappings that people have made for devices, in order; only those in force.
select m.mapping_id as id, m.spec as mapping, m.author, m.made, m.replayed, s.slug as site, m.sensors, m.since
from device_mapping m
left join site s using (site_id)
where m.ended is null
order by m.mapping_id

-- name: device_mapping_put
-- Keeps a mapping.
insert into device_mapping (spec, author, made, site_id, sensors, since)
values (%(spec)s, %(author)s, %(now)s, %(site_id)s, %(sensors)s, %(since)s)
returning mapping_id

-- name: device_mapping_end
-- Ends a mapping; what was read by it stays. Returns the channels that had their place from it.
update device_mapping set ended = %(now)s where mapping_id = %(id)s and ended is null returning site_id, sensors

-- name: device_mapping_replayed
-- Notes that the kept messages were read by a mapping.
update device_mapping set replayed = %(now)s where mapping_id = %(id)s

-- name: device_topic
-- The topic on which a device was heard last.
select topic from device where external_id = %(device)s and topic is not null order by last_received desc nulls last limit 1

-- name: rejected_topics
-- The unresolved rejected messages by topic.
select topic, array_agg(rejected_id order by rejected_id) as ids from rejected where resolved is null group by topic

-- name: rejected_payloads
-- The last unresolved messages of given numbers, without those that are too long to be read at once.
select topic, payload from rejected
where rejected_id = any(%(ids)s) and length(payload) <= %(length)s
order by rejected_id desc
limit %(limit)s

-- name: unknown_topics
-- Topics with unresolved messages that ask for a mapping, the one heard last first, each with its last messages.
select t.topic, t.heard, t.count, m.reason, m.payloads
from (
    select topic, max(rejected_id) as last, max(received) as heard, count(*)::int as count
    from rejected
    where resolved is null and position('# values.' in reason) > 0 and (%(topic)s::text is null or topic = %(topic)s)
    group by topic
    order by last desc
    limit %(limit)s
) t
cross join lateral (
    select (array_agg(l.reason order by l.rejected_id desc))[1] as reason,
        array_agg(l.payload order by l.rejected_id desc) as payloads
    from (
        select r.rejected_id, r.reason, substr(r.payload, 1, %(length)s) as payload
        from rejected r
        where hashtext(r.topic) = hashtext(t.topic) and r.topic = t.topic and r.resolved is null and position('# values.' in r.reason) > 0
        order by r.rejected_id desc
        limit %(messages)s
    ) l
) m
order by t.last desc

-- name: placement_since
-- Places a channel from an instant on; without one from the first reading on, or from now if it was placed before.
insert into placement (channel_id, portal_id, space_id, swapped, role, valid)
select %(channel_id)s, %(portal_id)s, %(space_id)s, %(swapped)s, %(role)s,
    tstzrange(case
        when not exists (select from placement where channel_id = %(channel_id)s) then %(since)s::timestamptz
        else greatest(coalesce(%(since)s, %(now)s)::timestamptz,
            (select max(upper(valid)) from placement where channel_id = %(channel_id)s))
    end, null)
