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
-- The spaces of a site to be walked, with their last headcount since a moment; the site itself, and what has parts, is the sum
-- of these.
select s.slug as space, jsonb_build_object('sv', s.name_sv, 'en', s.name_en) as name, s.storey, s.capacity, s.seats,
    h.people, h.seats_taken, h.time
from space s
join site using (site_id)
left join lateral (
    select people, seats_taken, time from headcount h
    where h.space_id = s.space_id and h.undone is null and h.time >= %(since)s
    order by time desc limit 1
) h on true
where site.slug = %(site)s and upper_inf(s.valid)
    and not exists (select from space part where part.parent_id = s.space_id and upper_inf(part.valid))
order by s.sort, s.slug

-- name: headcounts_used
-- The headcounts of spaces in a span of time; where nobody is in a space, nobody is in what lies in it.
select coalesce(w.inner_id, h.space_id) as space_id, h.time, h.people
from headcount h
left join space_within w on h.people = 0 and w.space_id = h.space_id
where h.space_id = any(%(spaces)s) and h.undone is null and h.time >= %(begins)s and h.time < %(ends)s
order by h.time, h.headcount_id

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
