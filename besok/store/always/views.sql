-- What the tables mean. Dropped and made anew at every migration.
drop view if exists unassigned_channel;
drop view if exists device_heard;
drop view if exists uncounted_passage;
drop view if exists open_target;
drop view if exists open_occupancy_15min;
drop view if exists open_passages_15min;
drop view if exists open_visits_day;
drop view if exists open_portal;
drop view if exists open_space;
drop view if exists open_site;
drop view if exists space_portal;
drop view if exists space_within;
drop view if exists visit_day;
drop view if exists visit_door_day;
drop view if exists flow_day_filled;
drop view if exists portal_imputed;
drop view if exists portal_people;
drop view if exists portal_flow;
drop view if exists portal_counting;
drop view if exists channel_counting;
drop view if exists placement_now;
drop view if exists site_portal;

-- Each site and the portals that touch it: perimeter if one end is inside and the other is not;
-- sign +1 where going in through the portal is entering the site, -1 where it is leaving, 0 for inner portals.
create view site_portal as
select i.site_id, p.portal_id, o.site_id is distinct from i.site_id as perimeter, (o.site_id is distinct from i.site_id)::int as sign
from portal p join space i on i.space_id = p.inner_id left join space o on o.space_id = p.outer_id
union all
select o.site_id, p.portal_id, true, -1
from portal p join space o on o.space_id = p.outer_id left join space i on i.space_id = p.inner_id
where i.site_id is distinct from o.site_id;

-- What each channel observes now; where that is nothing, what it will observe next.
create view placement_now as
select distinct on (channel_id) * from placement
where coalesce(upper(valid) > now(), true)
order by channel_id, lower(valid) nulls first;

-- What each channel counts, where and when: nothing at a portal or in a space while that is not used.
create view channel_counting as
select l.channel_id, l.portal_id, l.space_id, l.swapped, coalesce('portal ' || l.portal_id, 'space ' || l.space_id) as place,
    range_agg(l.valid) * coalesce(p.used, z.used, '{(,)}'::tstzmultirange) as counting
from placement l
left join portal p on p.portal_id = l.portal_id
left join space z on z.space_id = l.space_id
where l.role = 'primary'
group by l.channel_id, l.portal_id, l.space_id, l.swapped, p.used, z.used;

-- When each portal counts: as long as it is in the site file, and the spaces on both of its sides are used. One that was set to
-- counted = false counts until its last sensor was taken down, so that its past stays what it was.
create view portal_counting as
select p.portal_id, coalesce(p.used, '{(,)}'::tstzmultirange) * case when p.counted then '{(,)}'::tstzmultirange else coalesce((
    select tstzmultirange(tstzrange(null, upper(l.valid))) from placement l
    where l.portal_id = p.portal_id and l.role = 'primary' order by upper(l.valid) desc nulls first limit 1
), '{}') end as counting
from portal p;

-- People through a portal by bucket and channel, in the portal's direction; only primary placements count while the portal is used,
-- and buckets with something simulated in them only in sandboxes.
create view portal_flow as
select p.portal_id, b.channel_id, b.bucket,
    case when p.swapped then b.people_out else b.people_in end as people_in,
    case when p.swapped then b.people_in else b.people_out end as people_out,
    b.covered_s, b.imputed
from placement p
join portal d on d.portal_id = p.portal_id
join flow_bucket b on b.channel_id = p.channel_id and holds_at(p.valid, b.bucket)
where p.role = 'primary' and b.simulated <= p.sandbox and (d.used is null or d.used @> b.bucket);

-- People through a portal with the corrections in force (table calibration), which are stated beside: `corrected_in` of
-- `people_in` were added.
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
    c.corrected_in, c.corrected_out, i.spread
from imputed_flow i
join placement p on p.channel_id = i.channel_id and holds_at(p.valid, i.bucket) and p.role = 'primary'
join portal d on d.portal_id = p.portal_id and (d.used is null or d.used @> i.bucket)
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
select site_id, portal_id, day, people_in, people_out, covered_s, imputed, corrected_in, corrected_out, 0::float8 as gap_variance
from flow_day
union all
select sp.site_id, i.portal_id, ((i.bucket at time zone s.timezone) - s.day_start)::date, sum(i.people_in), sum(i.people_out), 0,
    sum(i.people_in + i.people_out), sum(i.corrected_in), sum(i.corrected_out), sum(i.spread ^ 2)
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
    coalesce(f.imputed * e.entries / nullif(f.people_in + f.people_out, 0), 0) as imputed, e.corrected,
    f.gap_variance / case d.method when 'half' then 4 else 2 end as gap_variance, -- half of those who pass enter
    sp.sign
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

-- When each device was last heard: its own row tells of what came of no channel (all of it withheld), or told of something new.
create view device_heard as
select d.device_id, greatest(d.last_received, (select max(c.last_received) from channel c where c.device_id = d.device_id)) as heard
from device d;

-- Channels that are heard and observe nothing now. One that was replaced or taken down is none of them: another one is
-- heard from its place now, or it has not been heard since the day after.
create view unassigned_channel as
select c.* from channel c
where c.last_received is not null
    and not exists (select from placement_now pl where pl.channel_id = c.channel_id)
    and not exists (
        select from placement old
        where old.channel_id = c.channel_id and (
            c.last_received <= upper(old.valid) + interval '1 day'
            or exists (
                select from placement_now new join channel other using (channel_id)
                where (new.portal_id = old.portal_id or new.space_id = old.space_id)
                    and other.last_received is not null
            )
        )
    );

-- Passages between two spaces of a site that nothing counts: who is on which side cannot be told.
create view uncounted_passage as
select p.portal_id, o.site_id, p.outer_id, p.inner_id
from portal p
join space o on o.space_id = p.outer_id
join space i on i.space_id = p.inner_id and i.site_id = o.site_id
where p.valid @> now() and (p.used is null or p.used @> now()) and (not p.counted or not exists (
    select from placement pl where pl.portal_id = p.portal_id and pl.role = 'primary'
));

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
