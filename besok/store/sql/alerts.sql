-- name: alert_target_put
-- Names an address to send to, or gives it another one; `trial`: a message to try it is to be sent.
insert into alert_target (name, url, trial) values (%(name)s, %(url)s, %(trial)s)
on conflict (name) do update set url = excluded.url, attempts = 0, next_try = '-infinity', trial = excluded.trial

-- name: alert_target_try
-- Has a message sent that tries a target.
update alert_target set trial = true, next_try = '-infinity' where name = %(name)s

-- name: alert_target_states
-- The targets: besok.store.alerts.Target.
select name, split_part(url, ':', 1) as service, attempts as failed, trial from alert_target order by name

-- name: alert_targets
-- All addresses.
select name, url from alert_target order by name

-- name: alert_rule_add
-- Keeps a rule.
insert into alert_rule (kind, site_id, space_id, threshold, minutes, target, quiet_from, quiet_to, author, made)
select %(kind)s, s.site_id, z.space_id, %(threshold)s, %(minutes)s, %(target)s, %(quiet_from)s, %(quiet_to)s, %(author)s, %(now)s
from (select 1) one
left join site s on s.slug = %(site)s
left join space z on z.site_id = s.site_id and z.slug = %(space)s
returning rule_id

-- name: alert_rules
-- The rules in force: besok.model.alerts.AlertRule.
select r.rule_id as id, r.kind, s.slug as site, z.slug as space, r.threshold, r.minutes, r.target, r.quiet_from, r.quiet_to, r.author
from alert_rule r
left join site s using (site_id)
left join space z using (space_id)
where r.removed is null
order by r.rule_id

-- name: alert_rule_remove
-- Ends a rule, and what is open of it.
with gone as (
    update alert_rule set removed = %(now)s where rule_id = %(id)s and removed is null returning rule_id
), ended as (
    update alert set resolved = %(now)s, resolution_sent = %(now)s
    where rule_id in (select rule_id from gone) and resolved is null
)
select count(*)::int from gone

-- name: alert_raise
-- Notes an occurrence, once: neither while it is open already, nor about what is being worked on.
insert into alert (rule_id, site_id, subject, since, value, raised)
select %(rule)s, (select site_id from site where slug = %(site)s), %(subject)s, coalesce(%(since)s, %(now)s), %(value)s, %(now)s
where not exists (
    select from alert_mute m where m.subject = any(%(about)s) and m.ended is null and m.until > %(now)s
)
on conflict do nothing

-- name: alert_resolve
-- Ends the open occurrences of a rule whose subjects are not among these.
update alert set resolved = %(now)s
where rule_id = %(rule)s and resolved is null and subject <> all(%(subjects)s::text[])

-- name: alerts
-- Occurrences that are open, or were resolved since a time, the newest first: besok.model.alerts.Alert. Of a site: its own, and
-- those of the whole installation.
select a.alert_id as id, a.rule_id as rule, r.kind, s.slug as site, a.subject, a.since, a.value, r.threshold, r.target, r.quiet_from,
    r.quiet_to, coalesce(s.timezone, (select timezone from site order by site_id limit 1)) as timezone, a.raised, a.sent, a.acknowledged, a.acknowledged_by, a.resolved
from alert a
join alert_rule r using (rule_id)
left join site s on s.site_id = coalesce(a.site_id, r.site_id)
where (a.resolved is null or a.resolved >= %(since)s)
    and (%(site)s::text is null or s.site_id is null or s.slug = %(site)s) and (%(id)s::bigint is null or a.alert_id = %(id)s)
order by a.raised desc, a.alert_id desc
limit 500

-- name: alerts_unsent
-- What a target has not been told of yet: that it began, or that it is over.
select a.alert_id as id, a.rule_id as rule, r.kind, s.slug as site, a.subject, a.since, a.value, r.threshold, r.target, r.quiet_from,
    r.quiet_to, coalesce(s.timezone, (select timezone from site order by site_id limit 1)) as timezone, a.raised, a.sent, a.acknowledged, a.acknowledged_by, a.resolved
from alert a
join alert_rule r using (rule_id)
left join site s on s.site_id = coalesce(a.site_id, r.site_id)
where r.target = %(target)s
    and (a.resolved is null and a.sent is null and a.acknowledged is null or a.resolved is not null and a.sent is not null and a.resolution_sent is null)
order by a.raised, a.alert_id

-- name: alerts_sent
-- Notes what a target has been told.
update alert set sent = coalesce(sent, %(now)s), resolution_sent = case when resolved is not null then %(now)s end
where alert_id = any(%(ids)s)

-- name: alert_acknowledge
-- Notes who takes care of an occurrence.
update alert set acknowledged = %(now)s, acknowledged_by = %(author)s
where alert_id = %(id)s and acknowledged is null and resolved is null

-- name: alert_acknowledged_last
-- When an occurrence of a rule about a subject was last acknowledged.
select max(acknowledged) from alert where rule_id = %(rule)s and subject = %(subject)s

-- name: alert_target_claim
-- Lets one process send to a target.
update alert_target set sending = %(now)s
where name = %(name)s and next_try <= %(now)s and (sending is null or sending < %(now)s::timestamptz - interval '5 minutes')
returning url, trial

-- name: alert_target_done
-- Notes how sending went: after a failure it is tried again after 1, 2, 4 and so on up to 60 minutes.
update alert_target set sending = null, trial = false, attempts = case when %(problem)s::text is null then 0 else attempts + 1 end,
    next_try = case when %(problem)s::text is null then '-infinity'
        else %(now)s::timestamptz + least(power(2, attempts), 60) * interval '1 minute' end
where name = %(name)s

-- name: alert_delivery_add
-- Logs a delivery.
insert into alert_delivery (target, at, alerts, problem) values (%(name)s, %(now)s, %(alerts)s, %(problem)s)

-- name: alert_deliveries
-- The last deliveries.
select target, at, alerts, problem from alert_delivery order by delivery_id desc limit 50

-- name: alert_mute_add
-- Notes that something is being worked on.
insert into alert_mute (subject, site_id, reason, author, made, until)
select %(subject)s, (select site_id from site where slug = %(site)s), %(reason)s, %(author)s, %(now)s, %(until)s
returning mute_id

-- name: maintenance
-- What is being worked on at a site, or was since a time, the last first: besok.model.views.alerts.MaintenanceInfo.
select m.mute_id as id, m.subject, m.reason, m.author, m.made, m.until, m.ended, m.ended_by
from alert_mute m join site s using (site_id)
where s.slug = %(site)s and coalesce(m.ended, m.until) >= %(since)s
order by m.made desc, m.mute_id desc
limit 100

-- name: maintenance_end
-- Notes that work on a site is over before its time.
update alert_mute m set ended = %(now)s, ended_by = %(author)s
from site s
where s.site_id = m.site_id and s.slug = %(site)s and m.mute_id = %(id)s and m.ended is null and m.until > %(now)s

-- name: alert_spaces
-- Spaces with a capacity, with the least, the last and the greatest estimate of the last minutes, and how many minutes have one.
select s.slug as site, z.slug as space, coalesce(z.capacity, case when z.parent_id is null then s.capacity end)::float8 as capacity,
    min(o.people)::float8 as least, (array_agg(o.people order by o.time desc))[1]::float8 as people,
    (array_agg(o.lower order by o.time desc))[1]::float8 as lower, count(*)::int as minutes
from space z
join site s using (site_id)
join occupancy_minute o using (space_id)
where upper_inf(z.valid) and not s.sandbox and o.people is not null
    and o.time > %(now)s::timestamptz - greatest(%(minutes)s, 3) * interval '1 minute' and o.time <= %(now)s
    and (%(site)s::text is null or s.slug = %(site)s) and (%(space)s::text is null or z.slug = %(space)s)
group by 1, 2, 3, z.parent_id, s.capacity

-- name: alert_entries
-- Entries into the spaces of a site since a moment, by its portals.
select coalesce(sum(case when p.inner_id = z.space_id then b.people_in else b.people_out end), 0)::float8
from space z
join site s using (site_id)
join portal p on z.space_id in (p.inner_id, p.outer_id)
join placement pl using (portal_id)
join flow_bucket b on b.channel_id = pl.channel_id and pl.valid @> b.bucket and b.bucket >= %(since)s
where s.slug = %(site)s and z.slug = %(space)s and pl.role = 'primary'
