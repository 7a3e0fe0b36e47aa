-- What release 0.2.0 (migrations 0001 to 0015) added at every migration, its functions and views, and some data of it. Never
-- changed: it stands for what users have. The test of upgrading brings it to the present.

-- What a running total tells. Made anew at every migration.

-- How many passed between two readings of a total, `seconds` apart. A total that falls has begun again: at zero after a
-- reset, or because its width (`wraps`: 65536 for 16 bits; 0 if unknown) was reached. It is a wrap only if it fell from the
-- last quarter of the width into the first, and no more people passed than can: 3 a second, or 100 in all. It is neither if
-- it fell by less than half to more people than can have passed since: a clock was set back, or the counter came back with
-- what it had saved some time ago. Then nobody passed.
create or replace function people_since(was float8, value float8, wraps bigint, seconds float8) returns float8
language sql immutable parallel safe as $$
select case
    when value >= was then value - was
    when was < wraps and was >= wraps * 0.75 and value < wraps * 0.25 and wraps - was + value <= greatest(100, 3 * seconds)
        then wraps - was + value
    when value * 2 > was and value > 3 * seconds then 0
    else value
end
$$;

-- How many passed between two readings of a total that follow each other in time; null if these two cannot tell, since a
-- clock has jumped. Nobody is lost by that: the next reading with a right time tells the difference to the one before.
-- * More than 400 days lie between them, or the later one is a day ahead of its receipt and the earlier one is not: a clock
--   that was never set, or wrongly. The people would be spread over years in which nobody was there.
-- * A total that falls a little, and was sent before the higher one: no reset, its clock was set back in between. Close to
--   each other the fall is taken off again, so that all that rises and falls comes to what passed.
create or replace function people_between(
    was float8, value float8, wraps bigint, earlier timestamptz, earlier_received timestamptz, later timestamptz,
    later_received timestamptz
) returns float8
language sql immutable parallel safe as $$
select case
    when later - earlier > interval '400 days'
        or later - earlier > interval '1 day' and later - later_received > interval '1 day'
            and earlier - earlier_received <= interval '1 day'
        then null
    when value >= was or value <= was / 2 or later_received >= earlier_received
        then people_since(was, value, wraps, extract(epoch from later - earlier)::float8)
    when later - earlier <= interval '15 minutes' then value - was
end
$$;
-- What the tables mean. Dropped and made anew at every migration.
drop view if exists space_portal;
drop view if exists space_within;
drop view if exists visit_day;
drop view if exists visit_door_day;
drop view if exists flow_day_filled;
drop view if exists portal_imputed;
drop view if exists portal_people;
drop view if exists portal_flow;
drop view if exists portal_counting;
drop view if exists site_portal;

-- Each site and the portals that touch it: perimeter if one end is inside and the other is not;
-- sign +1 where going in through the portal is entering the site, -1 where it is leaving, 0 for inner portals.
create view site_portal as
select s.site_id, p.portal_id, s.inner_here <> s.outer_here as perimeter, s.inner_here::int - s.outer_here::int as sign
from portal p
left join space o on o.space_id = p.outer_id
left join space i on i.space_id = p.inner_id
cross join lateral (
    select site_id, bool_or(is_inner) as inner_here, bool_or(not is_inner) as outer_here
    from (values (o.site_id, false), (i.site_id, true)) as ends (site_id, is_inner)
    where site_id is not null
    group by site_id
) s;

-- When each portal counts: as long as it is in the site file. One that was set to counted = false counts until its last sensor
-- was taken down, so that its past stays what it was.
create view portal_counting as
select p.portal_id, case
    when p.counted then p.valid
    when h.hung is not null then tstzrange(lower(p.valid), upper(h.hung)) * p.valid
    else 'empty'::tstzrange
end as counting
from portal p
left join lateral (
    select l.valid as hung from placement l
    where l.portal_id = p.portal_id and l.role = 'primary' order by upper(l.valid) desc nulls first limit 1
) h on true;

-- People through a portal by bucket and channel, in the portal's direction; only primary placements count, and
-- buckets with something simulated in them only in sandboxes.
create view portal_flow as
select p.portal_id, b.channel_id, b.bucket,
    case when p.swapped then b.people_out else b.people_in end as people_in,
    case when p.swapped then b.people_in else b.people_out end as people_out,
    b.covered_s, b.imputed
from placement p
join flow_bucket b on b.channel_id = p.channel_id and p.valid @> b.bucket
where p.role = 'primary' and p.portal_id is not null and (p.sandbox or not b.simulated);

-- People through a portal with the corrections in force (table calibration), which are stated beside: `corrected_in` of
-- `people_in` were added. The estimate of occupancy reads portal_flow, since it learns the errors of doors by itself.
create view portal_people as
select f.portal_id, f.channel_id, f.bucket, f.people_in + c.corrected_in as people_in, f.people_out + c.corrected_out as people_out,
    f.covered_s, f.imputed, c.corrected_in, c.corrected_out
from portal_flow f
left join calibration k on k.portal_id = f.portal_id and k.decision = 'accepted' and k.undone is null and k.valid @> f.bucket
    and f.channel_id = any(k.channels)
cross join lateral (
    select coalesce(f.people_in * (k.factor_in - 1), 0) as corrected_in, coalesce(f.people_out * (k.factor_out - 1), 0) as corrected_out
) c;

-- People estimated for quarters in which a portal's channel was silent (store/imputed.py), in the portal's direction, with
-- the corrections in force. What was heard of a quarter since goes before its estimate.
create view portal_imputed as
select p.portal_id, i.channel_id, i.bucket, e.people_in + c.corrected_in as people_in, e.people_out + c.corrected_out as people_out,
    c.corrected_in, c.corrected_out
from imputed_flow i
join placement p on p.channel_id = i.channel_id and p.valid @> i.bucket and p.role = 'primary' and p.portal_id is not null
left join flow_bucket b on b.channel_id = i.channel_id and b.bucket = i.bucket
left join calibration k on k.portal_id = p.portal_id and k.decision = 'accepted' and k.undone is null and k.valid @> i.bucket
    and i.channel_id = any(k.channels)
cross join lateral (
    select case when p.swapped then i.people_out else i.people_in end as people_in,
        case when p.swapped then i.people_in else i.people_out end as people_out
) e
cross join lateral (
    select coalesce(e.people_in * (k.factor_in - 1), 0) as corrected_in, coalesce(e.people_out * (k.factor_out - 1), 0) as corrected_out
) c
where coalesce(b.covered_s, 0) <= i.covered_s + 1 and coalesce(b.imputed, 0) = 0;

-- The days of portals, and beside them rows of what is estimated for their silent hours, which counts as imputed and not
-- as covered: to be added up.
create view flow_day_filled as
select site_id, portal_id, day, people_in, people_out, covered_s, imputed, corrected_in, corrected_out from flow_day
union all
select sp.site_id, i.portal_id, ((i.bucket at time zone s.timezone) - s.day_start)::date, sum(i.people_in), sum(i.people_out), 0,
    sum(i.people_in + i.people_out), sum(i.corrected_in), sum(i.corrected_out)
from portal_imputed i
join site_portal sp using (portal_id)
join site s on s.site_id = sp.site_id
group by 1, 2, 3;

-- Who entered a site through each door that counts, by business day, and what is taken off of them, by the definition in
-- force that day (version 0: all who enter, nothing taken off). `passages` are all whom that figure was made from.
create view visit_door_day as
select f.site_id, f.portal_id, f.day, coalesce(d.version, 0) as definition, e.entries, coalesce(t.share, 0) * e.entries as taken,
    case d.method when 'half' then (f.people_in + f.people_out) else e.entries end as passages,
    coalesce(d.method, 'in') = 'half' as half, f.covered_s,
    coalesce(f.imputed * e.entries / nullif(f.people_in + f.people_out, 0), 0) as imputed, e.corrected
from flow_day_filled f
join site_portal sp on sp.site_id = f.site_id and sp.portal_id = f.portal_id and sp.perimeter
left join lateral (
    select * from visit_definition d
    where d.site_id = f.site_id and d.from_day <= f.day and d.ended is null order by from_day desc limit 1
) d on true
left join lateral (
    select sum(x.share) as share from visit_deduction x
    where x.site_id = f.site_id and x.version = d.version and (x.portals is null or f.portal_id = any(x.portals))
) t on true
cross join lateral (
    select case
        when d.method = 'half' then (f.people_in + f.people_out) / 2
        when sp.sign = 1 then f.people_in else f.people_out
    end as entries, case
        when d.method = 'half' then (f.corrected_in + f.corrected_out) / 2
        when sp.sign = 1 then f.corrected_in else f.corrected_out
    end as corrected
) e
where d.portals is null or f.portal_id = any(d.portals);

-- Visits of a site by business day: who entered through its doors, and net of the definition in force that day.
create view visit_day as
select v.site_id, v.day, v.gross, greatest(0, v.gross - v.taken - coalesce(x.per_day, 0)) as net, v.definition,
    v.covered_s, v.imputed, v.corrected
from (
    select site_id, day, definition, sum(entries) as gross, sum(taken) as taken, sum(covered_s) as covered_s,
        sum(imputed) as imputed, sum(corrected) as corrected
    from visit_door_day
    group by site_id, day, definition
) v
left join lateral (
    select sum(per_day) as per_day from visit_deduction x where x.site_id = v.site_id and x.version = v.definition
) x on true;

-- Visits of some sites together by business day, on the days on which all of them were observed: missing is never zero.
create or replace function visits_together(sites text[], first date, last date)
returns table (day date, gross float8, net float8, covered_s float8, imputed float8, corrected float8)
language sql stable as $$
select v.day, sum(v.gross), sum(v.net), sum(v.covered_s), sum(v.imputed), sum(v.corrected)
from visit_day v join site s using (site_id)
where s.slug = any(sites) and v.day between first and last
group by v.day
having count(*) = cardinality(sites)
$$;

-- Each space and every space within it, itself included.
create view space_within as
with recursive within (space_id, inner_id) as (
    select space_id, space_id from space
    union all
    select w.space_id, s.space_id from within w join space s on s.parent_id = w.inner_id
)
select space_id, inner_id from within;

-- The portals that lead into a space: exactly one end lies within it. Sign +1 where going in is entering the space.
create view space_portal as
select space_id, portal_id, sum(sign)::int as sign
from (
    select w.space_id, p.portal_id, 1 as sign from portal p join space_within w on w.inner_id = p.inner_id
    union all
    select w.space_id, p.portal_id, -1 from portal p join space_within w on w.inner_id = p.outer_id
) ends
group by space_id, portal_id
having sum(sign) <> 0;
insert into metric (code, name, unit) values
    (1, 'in', 'people'),
    (2, 'out', 'people'),
    (3, 'in_total', 'people'),
    (4, 'out_total', 'people'),
    (10, 'people', 'people'),
    (11, 'occupied', '0/1'),
    (20, 'co2_ppm', 'ppm'),
    (21, 'temperature_c', '°C'),
    (22, 'humidity_pct', '%'),
    (23, 'light_lux', 'lx'),
    (24, 'sound_db', 'dB'),
    (30, 'battery_pct', '%'),
    (31, 'battery_v', 'V');

insert into site (slug, kind, name_sv, name_en, timezone, opening)
values ('lib', 'library', 'Bibblan', 'Library', 'Europe/Stockholm', '{"monday": "08:00-20:00", "tuesday": "08:00-20:00",
    "wednesday": "08:00-20:00", "thursday": "08:00-20:00", "friday": "08:00-20:00", "saturday": "closed",
    "sunday": "closed"}');
insert into space (site_id, slug, name_sv, name_en, kind) values (1, 'lib', 'Bibblan', 'Library', 'library');
insert into portal (site_id, slug, name_sv, name_en, inner_id) values (1, 'front', 'Entré', 'Front', 1);
insert into device (source, external_id, model, last_received)
values ('native', 'lib/front', 'door counter', '2026-03-02 12:02Z'), ('native', 'lib/nobody', '', '2026-03-02 12:02Z');
insert into channel (device_id, key, has_totals, last_time, last_received)
values (1, 'flow:1', true, '2026-03-02 12:02Z', '2026-03-02 12:02Z'), (2, 'flow:1', false, null, null);
insert into placement (channel_id, portal_id) values (1, 1);
insert into reading (channel_id, metric, time, value, received)
values (1, 3, '2026-03-02 12:01Z', 100, '2026-03-02 12:01Z'), (1, 3, '2026-03-02 12:02Z', 107, '2026-03-02 12:02Z');
insert into flow_bucket values (1, '2026-03-02 12:00Z', 7, 0, 60, 0);
insert into flow_day values (1, 1, '2026-03-02', 7, 0, 60, 0);
insert into rejected (received, topic, payload, retained, reason)
values ('2026-03-02 12:00Z', 'x/y', '\x00ff', false, 'no adapter reads this');
insert into service (name, heard) values ('jobs', '2026-03-02 12:00Z');
insert into made_anew (version, digest) values (1, 'of 0.2.0');
