-- name: headcount_put
-- Keeps a headcount beside the figure that was shown for its minute and what the counter in the space showed; nothing if it
-- is known, or if more came within a day than people can count.
insert into headcount (headcount_id, space_id, time, people, seats_taken, counted_by, clock_ahead_s, entered_at, digest,
    estimate, estimate_lower, estimate_upper, shown)
select %(id)s, s.space_id, %(time)s, %(people)s, %(seats_taken)s, %(counted_by)s, %(clock_ahead_s)s, %(entered_at)s, %(digest)s,
    o.people, o.lower, o.upper, l.people
from space s
left join lateral (
    select people, lower, upper from occupancy_minute o
    where o.space_id = s.space_id and o.time <= date_trunc('minute', %(time)s::timestamptz)
        and o.time > %(time)s::timestamptz - interval '5 minutes'
    order by o.time desc limit 1
) o on true
left join lateral (
    select sum(r.value) as people
    from placement pl
    join channel c using (channel_id)
    join device d using (device_id)
    cross join lateral (
        select value from reading r
        where r.channel_id = pl.channel_id and r.metric = 10 and r.time <= %(time)s::timestamptz
            and r.time > %(time)s::timestamptz - greatest(3 * d.interval_s, 300) * interval '1 second'
            and (pl.sandbox or r.flags & 8 = 0)
        order by r.time desc limit 1
    ) r
    where pl.space_id = s.space_id and pl.role = 'primary' and pl.valid @> %(time)s::timestamptz
) l on true
where s.space_id = %(space_id)s
    and (select count(*) from headcount where entered_at > %(entered_at)s::timestamptz - interval '1 day') < 10000
on conflict (headcount_id) do nothing

-- name: headcount_digest
-- What is known of a headcount that comes again.
select digest from headcount where headcount_id = %(id)s

-- name: headcount_undo
-- Takes a headcount out of use; it stays, with who did it and why. Gives its moment.
update headcount h
set undone = %(now)s, undone_by = %(author)s, undone_why = %(reason)s
from space s
join site using (site_id)
where s.space_id = h.space_id and site.slug = %(site)s and h.headcount_id = %(id)s and h.undone is null
returning h.time

-- name: headcounts
-- The headcounts of a site in a span of time, the latest first, with what was estimated before they were used.
select h.headcount_id as id, s.slug as space, jsonb_build_object('sv', s.name_sv, 'en', s.name_en) as name, h.time, h.people,
    h.seats_taken, h.counted_by, h.entered_at, h.estimate, h.estimate_lower as lower, h.estimate_upper as upper, h.shown,
    h.undone, h.undone_by, h.undone_why
from headcount h
join space s using (space_id)
join site using (site_id)
where site.slug = %(site)s and h.time >= %(first)s and h.time < %(last)s
order by h.time desc, h.headcount_id

-- name: headcount_rooms
-- The spaces of a site to be walked, those that are there and not closed, with their last headcount since a moment; the site
-- itself, and what has parts, is the sum of these.
select s.slug as space, jsonb_build_object('sv', s.name_sv, 'en', s.name_en) as name, s.storey, s.capacity, s.seats,
    h.people, h.seats_taken, h.time
from space s
join site using (site_id)
left join lateral (
    select people, seats_taken, time from headcount h
    where h.space_id = s.space_id and h.undone is null and h.time >= %(since)s
    order by time desc limit 1
) h on true
where site.slug = %(site)s and s.valid @> %(now)s and (s.used is null or s.used @> %(now)s)
    and not exists (select from space part where part.parent_id = s.space_id and part.valid @> %(now)s)
order by s.sort, s.slug

-- name: headcounts_used
-- The headcounts of spaces in a span of time, as far as these were not closed; where nobody is in a space, nobody is in what
-- lies in it. Where a space was counted, nobody is in those that were closed or not there and lie in the same one: a round is
-- complete without them.
with counted as (
    select h.headcount_id, h.space_id, s.parent_id, h.time, h.people
    from headcount h
    join space s using (space_id)
    where h.space_id = any(%(spaces)s) and h.undone is null and h.time >= %(begins)s and h.time < %(ends)s
        and s.valid @> h.time and (s.used is null or s.used @> h.time)
)
select space_id, time, people
from (
    select coalesce(w.inner_id, c.space_id) as space_id, c.time, c.people, c.headcount_id
    from counted c
    left join space_within w on c.people = 0 and w.space_id = c.space_id
    union all
    select z.space_id, c.time, 0, c.headcount_id
    from counted c
    join space z on z.parent_id = c.parent_id and not (z.valid @> c.time and (z.used is null or z.used @> c.time))
) told
order by time, headcount_id

-- name: checked_doors
-- The corrections in force at portals in a span of time, of channels that count there, with the evidence that they rest on.
select k.portal_id, lower(k.valid) as begins, upper(k.valid) as ends, k.evidence
from calibration k
where k.portal_id = any(%(portals)s) and k.decision = 'accepted' and k.undone is null and k.valid && tstzrange(%(begins)s, %(ends)s)
    and exists (
        select from placement pl
        where pl.portal_id = k.portal_id and pl.role = 'primary' and pl.channel_id = any(k.channels)
            and pl.valid && (k.valid * tstzrange(%(begins)s, %(ends)s))
    )

-- name: space_of_site
-- A space of a site by its name.
select space_id from space join site using (site_id) where site.slug = %(site)s and space.slug = %(space)s and upper_inf(space.valid)

-- name: import_insert
-- Notes an import; returns its id.
insert into count_import (site_id, source, method, counts, author, made, name, digest, content, layout, hours)
values (%(site_id)s, %(source)s, %(method)s, %(counts)s, %(author)s, %(made)s, %(name)s, %(digest)s, %(content)s, %(layout)s,
    %(hours)s)
returning import_id

-- name: import_hours
-- The opening hours of days that imports which hold have brought, the oldest first.
select hours from count_import where site_id = %(site_id)s and not undone and hours <> '{}' order by import_id

-- name: period_counts_insert
-- The counts of an import, given as columns.
insert into period_count (import_id, portal_id, series, first_day, last_day, hour, visits)
select %(import_id)s, x, s, f, l, h, v
from unnest(
    %(portals)s::int[], %(series)s::text[], %(firsts)s::date[], %(lasts)s::date[], %(hours)s::smallint[], %(visits)s::float8[]
) as t (x, s, f, l, h, v)

-- name: import_log_insert
-- Notes who changed an import.
insert into count_import_log (import_id, at, author, change) values (%(import_id)s, %(at)s, %(author)s, %(change)s)

-- name: import_set_undone
-- Makes an import count for nothing, or count again.
update count_import set undone = %(undone)s where import_id = %(import_id)s

-- name: import_get
-- An import by its id, or by what it holds.
select i.import_id, i.site_id, s.slug as site, i.source, i.counts, i.undone
from count_import i join site s using (site_id)
where i.import_id = %(import_id)s or i.site_id = %(site_id)s and i.content = %(content)s

-- name: source_counts
-- What the counts of a source that hold at a site are of.
select distinct counts from count_import where site_id = %(site_id)s and source = %(source)s and not undone

-- name: imports
-- The imports of a site, newest first, with what they hold and who changed them last.
select i.import_id as id, s.slug as site, i.source, i.method, i.counts, i.author, i.made, i.name, i.digest, i.layout, i.undone,
    c.rows, c.first, c.last, c.visits, case when l.change <> 'stored' then l.at end as changed, case when l.change <> 'stored'
    then l.author end as changed_by
from count_import i
join site s using (site_id)
cross join lateral (
    select count(*)::int as rows, min(first_day) as first, max(last_day) as last, sum(visits) as visits
    from period_count c where c.import_id = i.import_id
) c
cross join lateral (
    select at, author, change from count_import_log l where l.import_id = i.import_id order by entry_id desc limit 1
) l
where s.slug = %(site)s
order by i.import_id desc

-- name: period_counts
-- The counts of a source that hold at a site between two days, of each period the newest, as they were stored.
select distinct on (c.portal_id, c.series, c.first_day, c.last_day, c.hour)
    coalesce(p.slug, '') as portal, c.series, c.first_day as first, c.last_day as last, c.hour, c.visits, c.import_id
from period_count c
join count_import i using (import_id)
left join portal p using (portal_id)
where i.site_id = %(site_id)s and i.source = %(source)s and not i.undone
    and c.first_day <= %(last)s and c.last_day >= %(first)s
order by c.portal_id, c.series, c.first_day, c.last_day, c.hour, c.import_id desc

-- name: period_days
-- The counts of all sources that hold at a site, hours added up to their days, as visits (half of all passages).
with holding as (
    select distinct on (i.source, c.portal_id, c.series, c.first_day, c.last_day, c.hour)
        i.source, i.counts, i.method, c.portal_id, c.series, c.first_day, c.last_day, c.hour, c.import_id,
        case i.counts when 'passages' then c.visits / 2 else c.visits end as visits
    from period_count c
    join count_import i using (import_id)
    join site s using (site_id)
    where s.slug = %(site)s and not i.undone
    order by i.source, c.portal_id, c.series, c.first_day, c.last_day, c.hour, c.import_id desc
)
select h.source, h.counts = 'net' as net, coalesce(p.slug, '') as portal, h.series, h.first_day as first, h.last_day as last,
    sum(h.visits) as visits, max(h.import_id) as import_id, max(h.method) as method
from holding h
left join portal p using (portal_id)
group by h.source, h.counts, p.slug, h.series, h.first_day, h.last_day, h.hour is null
order by h.source, p.slug, h.series, h.first_day, h.last_day, h.hour is null desc

-- name: forecasts_forget
-- Deletes the forecasts that rest on some sites and that nothing is lost with: those made afterwards, and those of whose days
-- none is over yet.
delete from forecast f using site s
where s.site_id = f.site_id and (s.slug = any(%(sites)s) or f.also && %(sites)s::text[])
    and (f.afterwards or f.origin >= %(today)s::date - 8)

-- name: calibrations
-- What was proposed for the doors of a site, and what became of it; the latest first.
select k.calibration_id as id, s.slug as site, p.slug as portal, k.proposed, k.proposed_by, k.factor_in, k.factor_out, k.evidence,
    k.decision, k.decided, k.decided_by, k.decided_why, lower(k.valid) as valid_from, upper(k.valid) as valid_to,
    k.undone, k.undone_by, k.undone_why, k.channels
from calibration k
join portal p using (portal_id)
join site s using (site_id)
where %(site)s::text is null or s.slug = %(site)s
order by k.calibration_id desc

-- name: calibration_lock
-- A proposal with its door, kept for the one who decides.
select k.calibration_id as id, k.portal_id, k.channels, k.decision, k.undone is not null as undone, k.evidence,
    lower(k.valid) as valid_from, upper(k.valid) as valid_to, s.slug as site
from calibration k
join portal p using (portal_id)
join site s using (site_id)
where k.calibration_id = %(id)s
for update of k

-- name: calibration_propose
-- Proposes a correction; one that was proposed for the same door and not decided upon is replaced.
insert into calibration (portal_id, channels, proposed, proposed_by, factor_in, factor_out, evidence)
select %(portal_id)s, array_agg(channel_id order by channel_id), %(proposed)s, %(proposed_by)s, %(factor_in)s, %(factor_out)s, %(evidence)s
from placement_now
where portal_id = %(portal_id)s and role = 'primary'
on conflict (portal_id) where decision = 'open' do update
set channels = excluded.channels, proposed = excluded.proposed, proposed_by = excluded.proposed_by,
    factor_in = excluded.factor_in, factor_out = excluded.factor_out, evidence = excluded.evidence
returning calibration_id

-- name: calibration_decide
-- Decides upon a proposal.
update calibration
set decision = %(decision)s, decided = %(now)s, decided_by = %(author)s, decided_why = %(reason)s,
    valid = case when %(decision)s = 'accepted' then tstzrange(%(start)s, null) end
where calibration_id = %(id)s

-- name: calibration_replaced
-- Makes room for a correction: one that began before it ends where it begins, one that begins later is undone. Gives when
-- the earliest of them began.
with room as (
    update calibration
    set valid = case when lower(valid) < %(start)s then tstzrange(lower(valid), %(start)s) else valid end,
        undone = case when lower(valid) >= %(start)s then %(now)s::timestamptz end,
        undone_by = case when lower(valid) >= %(start)s then %(author)s end,
        undone_why = case when lower(valid) >= %(start)s then %(reason)s end
    where portal_id = %(portal_id)s and decision = 'accepted' and undone is null and valid && tstzrange(%(start)s, null)
    returning lower(valid) as began
)
select min(began) from room

-- name: calibration_undo
-- Takes a correction back; it stays, with who did it and why.
update calibration
set undone = %(now)s, undone_by = %(author)s, undone_why = %(reason)s
where calibration_id = %(id)s

-- name: calibration_effect
-- Who passed a door within a time by the figures of now, and by those with other factors from a start to an end for the
-- channels of a correction. What is in force for others there ends, as it would.
select coalesce(sum(f.people_in), 0)::float8 as in_now, coalesce(sum(f.people_out), 0)::float8 as out_now,
    coalesce(sum(case when changed then (f.people_in - f.corrected_in) * case when own then %(factor_in)s else 1 end else f.people_in end), 0)::float8 as in_then,
    coalesce(sum(case when changed then (f.people_out - f.corrected_out) * case when own then %(factor_out)s else 1 end else f.people_out end), 0)::float8 as out_then
from calibration k
join portal_people f on f.portal_id = k.portal_id and f.bucket >= %(since)s and f.bucket < %(until)s
cross join lateral (
    select f.bucket >= %(start)s and (%(end)s::timestamptz is null or f.bucket < %(end)s) as changed, f.channel_id = any(k.channels) as own
) c
where k.calibration_id = %(id)s

-- name: calibration_days
-- The days of a door that a correction touches, with the site of each, and whether it is over.
select f.site_id, f.portal_id, f.day, s.slug, f.day < ((now() at time zone s.timezone) - s.day_start)::date as past
from flow_day f
join site s using (site_id)
where f.portal_id = %(portal_id)s
    and (f.day + 1 + s.day_start) at time zone s.timezone > %(start)s
    and (%(end)s::timestamptz is null or (f.day + s.day_start) at time zone s.timezone < %(end)s)

-- name: count_doors
-- The doors of a site that are counted by sensors now: who is to be counted, in which direction people enter (sign), by which
-- channels, and how seldom the slowest of them reports.
select p.portal_id, p.slug as portal, jsonb_build_object('sv', p.name_sv, 'en', p.name_en) as name,
    jsonb_build_object('sv', coalesce(i.name_sv, ''), 'en', coalesce(i.name_en, '')) as inner,
    case when sp.perimeter then sp.sign else 0 end as sign, array_agg(pl.channel_id order by pl.channel_id) as channels,
    max(d.interval_s) as interval_s
from site s
join portal p using (site_id)
join site_portal sp on sp.site_id = s.site_id and sp.portal_id = p.portal_id
join placement_now pl on pl.portal_id = p.portal_id and pl.role = 'primary'
join channel c using (channel_id)
join device d using (device_id)
left join space i on i.space_id = p.inner_id
where s.slug = %(site)s and p.counted and coalesce(upper(p.valid) > now(), true)
group by p.portal_id, i.space_id, sp.perimeter, sp.sign
order by sp.perimeter desc, p.sort, p.portal_id

-- name: count_segments
-- What channels told of the time of each count: periods with the people in them, in the portal's own directions. As in the
-- rollup: where a channel has sent totals they count and deltas do not, and where it knows directions those count. What is
-- simulated (flag 8) counts in sandboxes only, what is voided (16) nowhere.
with watch as materialized (
    select m.count_id, m.begins, m.ends, pl.channel_id, pl.swapped, pl.sandbox, c.wraps,
        exists (select from voided_time v where v.device_id = c.device_id and v.undone is null) as voids, c.has_totals and has.totals as totals,
        case when c.has_totals and has.totals then has.directed_totals else has.directed end as directed
    from unnest(%(counts)s::uuid[], %(portals)s::int[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
        as m (count_id, portal_id, begins, ends)
    join placement pl on pl.portal_id = m.portal_id and pl.role = 'primary' and pl.valid @> tstzrange(m.begins, m.ends)
    join channel c using (channel_id)
    cross join lateral (
        select coalesce(bool_or(metric in (3, 4, 6)), false) as totals, coalesce(bool_or(metric in (3, 4)), false) as directed_totals,
            coalesce(bool_or(metric in (1, 2)), false) as directed
        from (values (1::smallint), (2::smallint), (3::smallint), (4::smallint), (6::smallint)) as k (metric)
        where exists (
            select from reading r where r.channel_id = c.channel_id and r.metric = k.metric and (pl.sandbox or r.flags & 8 = 0)
                and r.flags & 16 = 0 and r.time >= m.begins - interval '1 day' and r.time < m.ends + interval '1 day'
        )
    ) has
), segment as (
    select w.count_id, w.channel_id, w.swapped, w.directed, r.metric as direction, r.value as people,
        r.time - r.period_s * interval '1 second' as begins, r.time as ends
    from watch w
    join reading r on r.channel_id = w.channel_id and r.metric in (1, 2, 5) and (w.sandbox or r.flags & 8 = 0)
        and r.flags & 16 = 0 and r.time >= w.begins and r.time - r.period_s * interval '1 second' <= w.ends and r.time <= w.ends + interval '1 day'
    where not w.totals and (r.metric = 5) <> w.directed
    union all
    select w.count_id, w.channel_id, w.swapped, w.directed, case t.metric when 6 then 5 else t.metric - 2 end, told.people, t.before, t.time
    from watch w
    cross join lateral (
        select r.metric, r.time, r.value, r.received, lag(r.time) over k as before, lag(r.value) over k as was,
            lag(r.received) over k as before_received
        from reading r
        where r.channel_id = w.channel_id and r.metric in (3, 4, 6) and (r.metric = 6) <> w.directed and (w.sandbox or r.flags & 8 = 0)
            and r.flags & 16 = 0 and r.time >= w.begins - interval '1 day' and r.time < w.ends + interval '1 day'
        window k as (partition by r.metric order by r.time)
    ) t
    cross join lateral (
        select people_between(t.was, t.value, w.wraps, t.before, t.before_received, t.time, t.received) as people
    ) told
    where w.totals and told.people is not null and t.before < w.ends and t.time > w.begins
        and (not w.voids or told_across_void(w.channel_id, t.metric, t.was, t.value, t.before, t.time))
)
select count_id, jsonb_agg(told order by channel_id, begins) as segments
from (
    select count_id, channel_id, begins, ends,
        coalesce(sum(case when direction = 5 then people / 2 when (direction = 1) <> swapped then people end), 0) as people_in,
        coalesce(sum(case when direction = 5 then people / 2 when (direction = 1) = swapped then people end), 0) as people_out,
        bool_and(directed) as directed
    from segment
    group by count_id, channel_id, begins, ends
) told
group by count_id

-- name: door_weeks
-- How many enter at each door into a site by weekday (Monday 0) and local hour, on average over the observed days of a time.
with hour as (
    select f.portal_id, date_trunc('hour', f.bucket at time zone s.timezone) as local,
        sum(case sp.sign when 1 then f.people_in else f.people_out end) as people
    from site s
    join site_portal sp using (site_id)
    join portal_people f using (portal_id)
    where s.slug = %(site)s and sp.perimeter and f.bucket >= %(start)s and f.bucket < %(end)s and f.channel_id = any(array(
        select l.channel_id from site join site_portal using (site_id) join placement l using (portal_id)
        where slug = %(site)s and perimeter
    ))
    group by 1, 2
)
select portal_id, jsonb_agg(jsonb_build_object('weekday', weekday, 'hour', hour, 'people', people) order by weekday, hour) as week
from (
    select portal_id, extract(isodow from local)::int - 1 as weekday, extract(hour from local)::int as hour, avg(people) as people
    from hour
    group by 1, 2, 3
) usual
group by portal_id

-- name: manual_counts
-- The counts at the doors of a site, the latest first, by our clock, with their taps and the channels that observed the door all the
-- time, each with when it was last heard. A door of another site is counted where it belongs.
select c.count_id as id, p.portal_id, p.slug as portal, c.counted_by, m.begins, m.ends, c.clock_ahead_s, c.note, c.received,
    c.discarded, c.discarded_by, c.discarded_why, coalesce(t.taps, '[]') as taps, coalesce(w.watches, '[]') as watches,
    coalesce(w.sensors, '{}') as sensors
from manual_count c
join portal p using (portal_id)
join site s using (site_id)
cross join lateral (select c.clock_ahead_s * interval '1 second' as ahead) clock
cross join lateral (select c.begins - clock.ahead as begins, c.ends - clock.ahead as ends) m
left join lateral (
    select jsonb_agg(
        jsonb_build_object('time', t.time - clock.ahead, 'direction', t.direction, 'people', t.people, 'undone', t.undone)
        order by t.position
    ) as taps
    from manual_tap t where t.count_id = c.count_id
) t on true
left join lateral (
    select array_agg(d.source || ' ' || d.external_id || ' ' || h.key order by h.channel_id) as sensors, jsonb_agg(
        jsonb_build_object(
            'channel_id', h.channel_id, 'interval_s', d.interval_s, 'heard', least(h.last_time, h.last_received),
            'expired', coalesce(m.begins < h.expired, false)
        ) order by h.channel_id
    ) as watches
    from placement pl
    join channel h using (channel_id)
    join device d using (device_id)
    where pl.portal_id = c.portal_id and pl.role = 'primary' and pl.valid @> tstzrange(m.begins, m.ends)
) w on true
where s.slug = %(site)s and c.begins >= %(since)s
order by c.begins desc, c.count_id

-- name: manual_count_put
-- Keeps a count of a person; nothing if it is known, or if more came within a day than people can count.
insert into manual_count (count_id, portal_id, counted_by, begins, ends, clock_ahead_s, note, received, digest)
select %(count_id)s, portal_id, %(counted_by)s, %(begins)s, %(ends)s, %(clock_ahead_s)s, %(note)s, %(received)s, %(digest)s
from portal
where portal_id = %(portal_id)s
    and (select count(*) from manual_count where received > %(received)s::timestamptz - interval '1 day') < 1000
on conflict (count_id) do nothing

-- name: manual_count_digest
-- What is known of a count that comes again.
select digest from manual_count where count_id = %(count_id)s

-- name: manual_count_discard
-- Takes a count out of use; it stays, with who did it and why.
update manual_count c
set discarded = %(now)s, discarded_by = %(author)s, discarded_why = %(reason)s
from portal p
join site s using (site_id)
where p.portal_id = c.portal_id and s.slug = %(site)s and c.count_id = %(count_id)s and c.discarded is null

-- name: manual_tap_put
-- A tap of a count.
insert into manual_tap (count_id, position, time, direction, people, undone)
values (%(count_id)s, %(position)s, %(time)s, %(direction)s, %(people)s, %(undone)s)
