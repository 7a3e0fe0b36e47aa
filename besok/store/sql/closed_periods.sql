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
