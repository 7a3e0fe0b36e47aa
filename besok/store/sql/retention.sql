-- name: expiry_until
-- Up to when readings may be deleted: whole days in UTC, all of which are stored. None that waits to be estimated again, or of
-- which minutes are kept, since these are estimated from readings.
select date_trunc('day', least(
    %(before)s::timestamptz,
    (select min((d.day + s.day_start) at time zone s.timezone) from dirty_day d join site s using (site_id)),
    (select min(m.time) from space z cross join lateral (
        select time from occupancy_minute where space_id = z.space_id order by time limit 1
    ) m)
), 'UTC')

-- name: expiry_channels
-- The channels with readings from before a time, and when the first of each was.
select c.channel_id, min(r.time)
from channel c
cross join metric m
cross join lateral (
    select time from reading
    where channel_id = c.channel_id and metric = m.code and time < %(until)s
    order by time limit 1
) r
group by c.channel_id
order by c.channel_id

-- name: expiry_mark
-- From now on the readings of a channel from before a time are as good as deleted. Waits for whoever is writing of it.
update channel set expired = greatest(expired, %(until)s) where channel_id = %(channel)s

-- name: expiry_readings
-- Deletes readings of a channel between two times. The last running total of each kind before `until` stays: the next one is
-- differenced against it.
with kept as materialized (
    select m.metric, l.time
    from (values (3::smallint), (4::smallint), (6::smallint)) as m (metric)
    cross join lateral (
        select time from reading
        where channel_id = %(channel)s and metric = m.metric and flags & 16 = 0 and time < %(until)s
        order by time desc limit 1
    ) l
)
delete from reading r
where r.channel_id = %(channel)s and r.time >= %(first)s and r.time < %(last)s
    and not exists (select from kept k where k.metric = r.metric and k.time = r.time)

-- name: expiry_readings_held
-- How many readings are from before a time, and when the first was.
select count(*), min(time) from reading where time < %(until)s

-- name: expiry_quarantine
-- Deletes readings in quarantine from before a time, whatever was decided about them.
delete from quarantine where time < %(until)s

-- name: expiry_quarantine_held
-- How many readings in quarantine are from before a time, and when the first was.
select count(*), min(time) from quarantine where time < %(until)s

-- name: minutes_held
-- How many minute figures are older, and when the first was.
select count(*), min(time) from occupancy_minute where time < %(before)s

-- name: rejected_held
-- How many rejected messages are older, and when the first came.
select count(*), min(received) from rejected where received < %(before)s

-- name: sessions_held
-- How many sessions are over, and when the first of them ended.
select count(*), min(expires) from session where expires < %(before)s

-- name: audit_delete
-- Deletes entries of the audit that are older.
select delete_audit(%(before)s)

-- name: audit_held
-- How many entries of the audit are older, and when the first was made.
select count(*), min(at) from audit where at < %(before)s

-- name: authors_columns
-- Where those who counted are named, with the time of each.
select relation, field, expires from personal_column where expires is not null order by relation, field

-- name: authors_held
-- How many authors of a column are older, and when the first wrote.
select count(*), min({expires}) from {relation} where {expires} < %(before)s and {field} <> %(erased)s

-- name: authors_erase
-- Puts a neutral word in place of the authors of a column that are older.
update {relation} set {field} = %(erased)s where {expires} < %(before)s and {field} <> %(erased)s
