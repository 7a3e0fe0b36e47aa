-- name: annual_doors
-- The portals that lead into a site and are counted, or were, with the direction of going in. `until` is the last day that
-- counts of those that are no longer counted, or no longer there: until a sensor hung there, or was heard.
select p.portal_id, case when p.site_id = sp.site_id then p.slug else owner.slug || '/' || p.slug end as name, sp.sign,
    case when not (p.counted and coalesce(upper(p.valid) > now(), true)) then greatest(h.heard, h.hung) end as until
from site
join site_portal sp using (site_id)
join portal p using (portal_id)
join site owner on owner.site_id = p.site_id
cross join lateral (
    select (select max(f.day) from flow_day f where f.site_id = sp.site_id and f.portal_id = p.portal_id) as heard,
        (select max(((upper(l.valid) at time zone site.timezone) - site.day_start)::date) from placement l
         where l.portal_id = p.portal_id and l.role = 'primary') as hung
) h
where site.slug = %(site)s and sp.perimeter and ((p.counted and coalesce(upper(p.valid) > now(), true)) or h.heard is not null)
order by p.site_id <> sp.site_id, p.sort, p.portal_id

-- name: portal_spans
-- When portals count; one that never does has no row.
select portal_id, lower(r) as begins, upper(r) as ends
from portal_counting cross join lateral unnest(counting) as r
where portal_id = any(%(portals)s)

-- name: annual_quarters
-- People through portals by quarter of an hour, with the corrections in force; `quarter` counts from the first one.
select portal_id, (extract(epoch from bucket - %(begins)s) / 900)::int as quarter, sum(people_in) as people_in,
    sum(people_out) as people_out, sum(covered_s)::float8 as covered_s, sum(imputed) as imputed,
    sum(corrected_in) as corrected_in, sum(corrected_out) as corrected_out
from portal_people
where portal_id = any(%(portals)s) and bucket >= %(begins)s and bucket < %(ends)s
    and channel_id = any(array(select channel_id from placement where portal_id = any(%(portals)s)))
group by portal_id, bucket

-- name: annual_filled
-- People estimated for quarters in which a portal's sensor was silent, in the columns of annual_quarters.
select portal_id, (extract(epoch from bucket - %(begins)s) / 900)::int as quarter, sum(people_in) as people_in,
    sum(people_out) as people_out, 0::float8 as covered_s, sum(people_in + people_out) as imputed,
    sum(corrected_in) as corrected_in, sum(corrected_out) as corrected_out
from portal_imputed
where portal_id = any(%(portals)s) and bucket >= %(begins)s and bucket < %(ends)s
    and channel_id = any(array(select channel_id from placement where portal_id = any(%(portals)s)))
group by portal_id, bucket

-- name: bridge_placements
-- Every placement at portals.
select portal_id, channel_id, swapped, role, lower(valid) as placed, upper(valid) as ended
from placement where portal_id = any(%(portals)s)
order by portal_id, lower(valid) nulls first, placement_id

-- name: bridge_days
-- People through the doors that lead into a site by business day, in their own directions.
select f.portal_id, f.day, f.people_in, f.people_out, f.covered_s
from flow_day f join site using (site_id)
where site.slug = %(site)s and f.portal_id = any(%(portals)s) and f.day between %(first)s and %(last)s

-- name: bridge_beside
-- Visits of the other sites by business day.
select s.slug as site, v.day, v.gross
from visit_day v join site s using (site_id)
where s.slug <> %(site)s and v.day between %(first)s and %(last)s
order by s.slug, v.day

-- name: bridge_overlap
-- People that a channel counted by business day of a site between two instants, in the channel's own directions.
select ((b.bucket at time zone s.timezone) - s.day_start)::date as day, sum(b.people_in) as people_in, sum(b.people_out) as people_out
from flow_bucket b
cross join site s
where s.slug = %(site)s and b.channel_id = %(channel)s and b.bucket >= %(begins)s and b.bucket < %(ends)s
group by 1
order by 1

-- name: annual_sensors
-- What was placed at portals within a time, what it sent in it, and whether it had sent anything there `earlier`. Readings that
-- are deleted (expired) are in no count, and their buckets tell when the first one came.
select pl.portal_id, pl.channel_id, exists (
        select from flow_bucket e where e.channel_id = pl.channel_id and e.bucket < %(begins)s and pl.valid @> e.bucket
    ) as earlier,
    jsonb_build_object(
        'source', d.source, 'device', d.external_id, 'channel', c.key, 'model', coalesce(nullif(d.model, ''), d.heard_model),
        'role', pl.role, 'swapped', pl.swapped, 'placed', lower(pl.valid), 'ended', upper(pl.valid),
        'readings', r.readings, 'voided', r.voided, 'first', least(r.first, b.first), 'last', greatest(r.last, b.last), 'odd_clock', r.odd_clock,
        'expired', b.expired
    ) as evidence
from placement pl
join channel c using (channel_id)
join device d using (device_id)
cross join lateral (
    select count(*) filter (where flags & 16 = 0)::int as readings, count(*) filter (where flags & 16 <> 0)::int as voided,
        min(time) as first, max(time) as last, count(*) filter (where flags & 7 <> 0)::int as odd_clock
    from reading r
    where r.channel_id = pl.channel_id and r.metric in (1, 2, 3, 4, 5, 6) and r.time >= %(begins)s and r.time < %(ends)s
        and pl.valid @> r.time
) r
left join lateral (
    select c.expired, min(f.bucket) as first, max(f.bucket) as last
    from flow_bucket f
    where f.channel_id = pl.channel_id and f.bucket >= %(begins)s and f.bucket < %(ends)s and pl.valid @> f.bucket
) b on c.expired > %(begins)s
where pl.portal_id = any(%(portals)s) and pl.valid && tstzrange(%(begins)s, %(ends)s)
order by pl.portal_id, lower(pl.valid) nulls first, pl.placement_id

-- name: annual_corrections
-- Corrections of portals that were accepted and touch a time, those that were undone too. A door of another site is named with it.
select case when s.slug = %(site)s then p.slug else s.slug || '/' || p.slug end as door, k.factor_in, k.factor_out,
    lower(k.valid) as first, upper(k.valid) as last, k.decided, k.decided_by as author, coalesce(k.decided_why, '') as reason, k.undone,
    (k.evidence -> 'in' ->> 'sd')::float8 / nullif((k.evidence -> 'in' ->> 'accuracy')::float8, 0) as error_in,
    (k.evidence -> 'out' ->> 'sd')::float8 / nullif((k.evidence -> 'out' ->> 'accuracy')::float8, 0) as error_out
from calibration k
join portal p using (portal_id)
join site s using (site_id)
where k.portal_id = any(%(portals)s) and k.decision = 'accepted' and k.valid && tstzrange(%(begins)s, %(ends)s)
order by k.decided

-- name: annual_definitions
-- Every version of what a visit is at a site, replaced ones too.
select v.version, v.from_day as first, v.since, v.ended, false as used, v.spec as definition
from visit_definition v join site using (site_id)
where site.slug = %(site)s
order by v.version

-- name: period_add
-- A month or a year is closed with its figure and evidence.
insert into closed_period (site_id, first, last, closed, author, reason, version, gross, net, besok01, coverage, days, sensors, report)
values (%(site_id)s, %(first)s, %(last)s, %(now)s, %(author)s, %(reason)s, %(version)s, %(gross)s, %(net)s, %(besok01)s,
    %(coverage)s, %(days)s, %(sensors)s, %(report)s)
returning period_id

-- name: period_end
-- A closed period is one no more: it was opened, or closed again with another figure.
update closed_period set ended = %(now)s, ended_by = %(author)s, ended_why = %(reason)s
where period_id = %(id)s and ended is null

-- name: periods
-- The closed periods of a site, or of all, with their evidence: those in force, or those that were too; the last first.
select p.period_id as id, s.slug as site, p.first, p.last, p.closed, p.author, p.reason, p.version, p.gross, p.net, p.besok01,
    p.coverage, p.days, p.sensors, p.ended, p.ended_by, p.ended_why
from closed_period p
join site s using (site_id)
where (%(site)s::text is null or s.slug = %(site)s) and (%(all)s or p.ended is null)
order by s.sort, s.slug, p.last desc, p.first, p.closed desc

-- name: period_report
-- The annual report as it was when a year was closed.
select p.report from closed_period p join site s using (site_id)
where s.slug = %(site)s and p.first = %(first)s and p.last = %(last)s and p.ended is null and p.report is not null

-- name: period_sensors
-- What observes or observed the doors that lead into a site within a time, and how.
select p.slug as door, d.external_id as device, c.key as channel, pl.swapped, pl.role, lower(pl.valid) as placed,
    upper(pl.valid) as ended
from site s
join site_portal sp on sp.site_id = s.site_id and sp.perimeter
join portal p using (portal_id)
join placement pl on pl.portal_id = p.portal_id and pl.valid && tstzrange(%(begins)s, %(ends)s)
join channel c using (channel_id)
join device d using (device_id)
where s.slug = %(site)s
order by p.slug, d.external_id, c.key, lower(pl.valid) nulls first

-- name: period_reasons
-- What came after a moment and changes the visits of a site in a time from before: voided readings, corrections, definitions,
-- counts that people brought, readings that were released from quarantine or came late.
with place as (
    select site_id from site where slug = %(site)s
), door as (
    select sp.portal_id, pl.channel_id, pl.valid, c.device_id
    from site_portal sp
    join place using (site_id)
    join placement pl on pl.portal_id = sp.portal_id and pl.valid && tstzrange(%(begins)s, %(ends)s)
    join channel c using (channel_id)
    where sp.perimeter
), told as (
    select 'void' as kind, v.made as at, v.author, v.reason as text, v.readings as number
    from voided_time v
    where v.made > %(closed)s and v.undone is null and v.during && tstzrange(%(begins)s, %(ends)s)
        and v.device_id in (select device_id from door)
    union all
    select 'void_undone', v.undone, v.undone_by, v.undone_why, v.readings
    from voided_time v
    where v.undone > %(closed)s and v.made <= %(closed)s and v.during && tstzrange(%(begins)s, %(ends)s)
        and v.device_id in (select device_id from door)
    union all
    select 'correction', k.decided, k.decided_by, coalesce(k.decided_why, ''), 0
    from calibration k
    where k.decision = 'accepted' and k.decided > %(closed)s and k.undone is null and k.valid && tstzrange(%(begins)s, %(ends)s)
        and k.portal_id in (select portal_id from door)
    union all
    select 'correction_undone', k.undone, k.undone_by, coalesce(k.undone_why, ''), 0
    from calibration k
    where k.undone > %(closed)s and k.decided <= %(closed)s and k.valid && tstzrange(%(begins)s, %(ends)s)
        and k.portal_id in (select portal_id from door)
    union all
    select 'definition', d.since, '', '', d.version
    from visit_definition d join place using (site_id)
    where d.since > %(closed)s and d.ended is null and d.from_day <= %(last)s
    union all
    select 'counts', l.at, l.author, i.source, 0
    from count_import_log l
    join count_import i using (import_id)
    join place using (site_id)
    where l.at > %(closed)s and exists (
        select from period_count n
        where n.import_id = i.import_id and n.first_day <= %(last)s and n.last_day >= %(first)s
    )
    union all
    select 'quarantine', coalesce(q.undone, q.made), coalesce(q.undone_by, q.author), q.reason, q.readings
    from quarantine_decision q
    where q.decision = 'released' and (q.made > %(closed)s or q.undone > %(closed)s and q.made <= %(closed)s)
        and (q.undone is null or q.made <= %(closed)s) and exists (
            select from quarantine r
            join door on door.channel_id = r.channel_id and door.valid @> r.time
            where r.decision_id = q.decision_id and r.time >= %(begins)s and r.time < %(ends)s and r.received <= %(closed)s
        )
    union all
    select 'late', max(r.received), '', '', count(*)::int
    from door
    join reading r on r.channel_id = door.channel_id and r.metric in (1, 2, 3, 4, 5, 6) and door.valid @> r.time
    where r.time >= %(begins)s and r.time < %(ends)s and r.received > %(closed)s and r.flags & 16 = 0
    having count(*) > 0
)
select kind, at, author, text, number from told order by at
