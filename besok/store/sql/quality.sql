-- name: quality_claim
-- Notes that the sensors of a site are looked at now; nothing if another worker has done so since a moment.
insert into quality_check (site_id, checked)
select site_id, %(now)s from site where slug = %(site)s
on conflict (site_id) do update set checked = excluded.checked where quality_check.checked < %(before)s
returning site_id

-- name: quality_due
-- The sites whose sensors were not looked at since a moment, the longest ago first.
select s.slug
from site s
left join quality_check q using (site_id)
where q.checked is null or q.checked < %(before)s
order by q.checked nulls first, s.site_id

-- name: quality_channels
-- The channels that observe portals and spaces now, unless these are closed: their names, and when each was last heard.
select d.source, d.external_id as device, c.key as channel, c.channel_id, c.last_received as heard
from placement_now pl
join channel c using (channel_id)
join device d using (device_id)
left join portal p on p.portal_id = pl.portal_id
left join space z on z.space_id = pl.space_id
where pl.role = 'primary' and pl.valid @> now() and coalesce(coalesce(p.used, z.used) @> now(), true)

-- name: quality_flows
-- What channels counted by quarter of an hour since a moment, as they are placed now: arrays by channel, in their own directions.
select b.channel_id, array_agg((extract(epoch from b.bucket - %(begins)s::timestamptz) / 900)::int) as steps,
    array_agg(b.people_in) as people_in, array_agg(b.people_out) as people_out, array_agg(b.covered_s) as covered_s,
    array_agg(b.imputed) as spread
from placement_now pl
join portal p on p.portal_id = pl.portal_id
join flow_bucket b on b.channel_id = pl.channel_id and pl.valid @> b.bucket and (p.used is null or p.used @> b.bucket)
where pl.channel_id = any(%(channels)s) and pl.role = 'primary'
    and b.bucket >= %(begins)s and b.bucket < %(ends)s and b.simulated <= pl.sandbox
group by b.channel_id

-- name: quality_levels
-- The least and the most that channels showed (people, metric 10; presence, 11) by quarter of an hour since a moment.
select b.channel_id, array_agg((extract(epoch from b.bucket - %(begins)s::timestamptz) / 900)::int) as steps,
    array_agg(b.low) as low, array_agg(b.high) as high
from placement_now pl
join space z on z.space_id = pl.space_id
join level_bucket b on b.channel_id = pl.channel_id and b.metric in (10, 11) and pl.valid @> b.bucket
    and (z.used is null or z.used @> b.bucket)
where pl.channel_id = any(%(channels)s) and pl.role = 'primary'
    and b.bucket >= %(begins)s and b.bucket < %(ends)s and b.simulated <= pl.sandbox
group by b.channel_id

-- name: findings
-- Findings of a site, or all: standing ones first, the latest first; resolved ones since a moment if asked for.
select f.finding_id as id, s.slug as site, s.timezone, f.kind, coalesce(d.external_id, '') as device, coalesce(d.source, '') as source,
    coalesce(c.key, '') as channel, coalesce(p.slug, '') as portal, coalesce(z.slug, '') as space, f.since, f.evidence, f.odds, f.state,
    f.found, f.seen, f.acknowledged, f.who, f.note, f.resolved, f.changed as fixed,
    (select jsonb_agg(jsonb_build_object('time', h.time, 'event', h.event, 'who', h.who, 'note', h.note) order by h.line)
     from finding_history h where h.finding_id = f.finding_id) as history
from finding f
join site s using (site_id)
left join channel c using (channel_id)
left join device d using (device_id)
left join portal p on p.portal_id = f.portal_id
left join space z on z.space_id = f.space_id
where (%(site)s::text is null or s.slug = %(site)s) and (%(id)s::int is null or f.finding_id = %(id)s)
    and (f.state <> 'resolved' or f.resolved > %(resolved_since)s)
order by f.state = 'resolved', f.state = 'acknowledged', coalesce(f.resolved, f.found) desc, f.finding_id desc
limit %(limit)s

-- name: finding_standing
-- What is open or acknowledged at a site.
select finding_id, kind, channel_id, since, seen from finding where site_id = %(site_id)s and state <> 'resolved'

-- name: finding_insert
-- A new finding, with its first line of history.
with fresh as (
    insert into finding (site_id, kind, channel_id, portal_id, space_id, since, evidence, odds, found, seen)
    select %(site_id)s, %(kind)s, c.channel_id, pl.portal_id, pl.space_id, %(since)s, %(evidence)s, %(odds)s, %(now)s, %(now)s
    from (values (%(channel_id)s::int)) as c (channel_id)
    left join placement_now pl on pl.channel_id = c.channel_id
    on conflict do nothing
    returning finding_id
)
insert into finding_history (finding_id, time, event) select finding_id, %(now)s, 'found' from fresh

-- name: finding_again
-- A finding that still holds, with its present evidence; it began when it was first said to. One whose cause was changed is
-- watched for a while: what it rests on may be from before the change.
update finding set evidence = %(evidence)s, odds = %(odds)s, seen = %(now)s,
    changed = case when changed > %(now)s::timestamptz - %(watched)s::interval then changed end
where finding_id = %(finding_id)s

-- name: finding_resolve
-- Ends findings whose cause is gone.
with gone as (
    update finding set state = 'resolved', resolved = %(now)s
    where finding_id = any(%(ids)s) and state <> 'resolved'
    returning finding_id
)
insert into finding_history (finding_id, time, event) select finding_id, %(now)s, 'resolved' from gone

-- name: finding_acknowledge
-- Somebody has seen a finding, and says what is done about it.
with done as (
    update finding set state = 'acknowledged', acknowledged = %(now)s, who = %(who)s, note = %(note)s
    where finding_id = %(finding_id)s and state <> 'resolved'
    returning finding_id
)
insert into finding_history (finding_id, time, event, who, note)
select finding_id, %(now)s, 'acknowledged', %(who)s, %(note)s from done

-- name: finding_spans
-- When counters of a site were faulty, as was found: what they counted then is no yardstick.
select channel_id, since, coalesce(resolved, %(now)s) as until
from finding
where channel_id = any(%(channels)s) and kind not in ('silent', 'flapping', 'double')
    and coalesce(resolved, %(now)s) >= %(begins)s

-- name: imputed_delete
-- Takes away estimates of channels since a moment, to be replaced.
delete from imputed_flow where channel_id = any(%(channels)s) and bucket >= %(since)s

-- name: imputed_copy
-- Takes estimates in.
copy imputed_flow (channel_id, bucket, people_in, people_out, spread, covered_s) from stdin (format binary)
