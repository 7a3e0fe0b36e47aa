-- name: effects
-- The effects of the actions of a site, as computed last.
select e.result
from action_effect e
join action a using (action_id)
join site s on s.site_id = a.site_id
where s.slug = %(site)s and a.done_since is not null

-- name: effect_upsert
-- Keeps what an action gave.
insert into action_effect (action_id, until, result)
select a.action_id, %(until)s, %(result)s::json
from action a join site s using (site_id)
where s.slug = %(site)s and a.slug = %(action)s
on conflict (action_id) do update set until = excluded.until, result = excluded.result

-- name: space_entries
-- Who entered each space of a site from outside of it, by portal and business day; spaces without a counted door are left out.
select z.slug as space, f.portal_id as portal, f.day, case sp.sign when 1 then f.people_in else f.people_out end as people
from site
join space z using (site_id)
join space_portal sp using (space_id)
join flow_day f on f.site_id = site.site_id and f.portal_id = sp.portal_id
where site.slug = %(site)s and z.parent_id is not null and f.day between %(first)s and %(last)s
order by z.slug, f.portal_id, f.day

-- name: entered_hours
-- Who entered a space by hour (a site: its root space): the sum over its doors, and the share of the doors that counted then
-- that were heard at all.
with door as (
    select sp.portal_id, sp.sign, c.counting
    from site s
    join space z using (site_id)
    join space_portal sp using (space_id)
    join portal_counting c using (portal_id)
    where s.slug = %(site)s and z.slug = %(space)s
), flow as (
    select date_trunc('hour', f.bucket) as start, d.portal_id,
        sum(case d.sign when 1 then f.people_in else f.people_out end) as people
    from door d
    join portal_people f using (portal_id)
    where f.bucket >= %(start)s and f.bucket < %(end)s
    group by 1, 2
)
select f.start, sum(f.people) as people, least(1, count(*)::float8 / greatest(1, max(d.doors))) as heard
from flow f
cross join lateral (
    select count(*) as doors from door where counting && tstzrange(f.start, f.start + interval '1 hour')
) d
group by f.start
order by f.start

-- name: event_effects
-- What came of the programme of a site within a time, as far as it was computed, the newest first.
select e.title, z.slug as space, lower(e.during) as start, upper(e.during) as "end", x.effect
from event_effect x
join programme_event e using (event_id)
join site s on s.site_id = e.site_id
left join space z using (space_id)
where s.slug = %(site)s and e.during && tstzrange(%(start)s, %(end)s)
order by lower(e.during) desc, e.title

-- name: event_effect_put
-- Keeps the effects of events of the programme, given as columns, in the place of those before.
insert into event_effect (event_id, effect)
select t.event_id, t.effect::jsonb
from unnest(%(events)s::int[], %(effects)s::text[]) as t (event_id, effect)
join programme_event using (event_id)
on conflict (event_id) do update set effect = excluded.effect

-- name: events_past
-- The events of the programme of a site that ended within a time.
select e.event_id, z.slug as space, lower(e.during) as start, upper(e.during) as "end", e.all_day
from programme_event e
join site s on s.site_id = e.site_id
left join space z using (space_id)
where s.slug = %(site)s and upper(e.during) > %(start)s and upper(e.during) <= %(end)s
order by lower(e.during), e.event_id

-- name: unusual
-- What stood out in the counts of a site within a time, the newest first, with what the programme had then.
select u.begins as start, u.ends as "end", u.people, u.expected, u.score, array(
    select e.title
    from programme_event e
    where e.site_id = u.site_id and e.during && tstzrange(u.begins - interval '1 hour', u.ends + interval '1 hour')
    order by lower(e.during)
) as programme
from unusual_time u
join site s using (site_id)
where s.slug = %(site)s and u.begins < %(end)s and u.ends > %(start)s
order by u.begins desc

-- name: unusual_delete
-- Forgets what stood out in the counts of a site.
delete from unusual_time u using site s where s.site_id = u.site_id and s.slug = %(site)s

-- name: unusual_insert
-- Keeps what stands out in the counts of a site, given as columns.
insert into unusual_time (site_id, begins, ends, people, expected, score)
select s.site_id, t.*
from site s
cross join unnest(
    %(begins)s::timestamptz[], %(ends)s::timestamptz[], %(people)s::float8[], %(expected)s::float8[], %(score)s::float8[]
) as t
where s.slug = %(site)s
