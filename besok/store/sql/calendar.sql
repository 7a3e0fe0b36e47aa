-- name: calendars
-- What was imported: calendars of events and of school holidays by site, with their number and days.
select site.slug as site, c.calendar, c.kind, c.number::int as number, c.first, c.last
from (
    select e.site_id, e.calendar, 'events' as kind, count(*) as number,
        min(lower(e.during) at time zone s.timezone)::date as first, max(lower(e.during) at time zone s.timezone)::date as last
    from programme_event e join site s using (site_id)
    group by e.site_id, e.calendar
    union all
    select site_id, calendar, 'school-holidays', count(*), min(first), max(last) from school_holiday group by site_id, calendar
    union all
    select site_id, '', 'weather', count(*), min(day), max(day) from weather_day group by site_id
) c
join site using (site_id)
where %(site)s::text is null or site.slug = %(site)s
order by site.sort, site.slug, c.kind, c.calendar

-- name: calendar_events
-- The events of an imported calendar that lie within a time.
select e.event_id, e.calendar, e.uid, e.title, z.slug as space, lower(e.during) as start, upper(e.during) as "end", e.all_day
from programme_event e
left join space z using (space_id)
where e.site_id = %(site_id)s and e.calendar = %(calendar)s and lower(e.during) >= %(start)s and lower(e.during) < %(end)s

-- name: calendar_forget_events
-- Forgets the events of an imported calendar.
delete from programme_event where site_id = %(site_id)s and calendar = %(calendar)s

-- name: calendar_forget_school
-- Forgets the school holidays of an imported calendar.
delete from school_holiday where site_id = %(site_id)s and calendar = %(calendar)s

-- name: events
-- The programme of a site within a time, as it will be or was.
select e.calendar, e.uid, e.title, z.slug as space, lower(e.during) as start, upper(e.during) as "end", e.all_day
from programme_event e
join site using (site_id)
left join space z using (space_id)
where site.slug = %(site)s and e.during && tstzrange(%(start)s, %(end)s)
order by lower(e.during), upper(e.during), e.title, e.uid

-- name: event_insert
-- Writes an event of a calendar; the space is one of the site's, or none.
insert into programme_event (site_id, space_id, calendar, uid, title, during, all_day, imported)
values (
    %(site_id)s, (select space_id from space where site_id = %(site_id)s and slug = %(space)s), %(calendar)s, %(uid)s, %(title)s,
    tstzrange(%(start)s, %(end)s), %(all_day)s, %(now)s
)
on conflict (site_id, calendar, uid, during) do nothing

-- name: event_update
-- Updates an event: its title, its space, whether it lasts all day.
update programme_event
set title = %(title)s, all_day = %(all_day)s, imported = %(now)s,
    space_id = (select space_id from space where site_id = %(site_id)s and slug = %(space)s)
where event_id = %(event_id)s

-- name: events_delete
-- Events that are in their calendar no more.
delete from programme_event where event_id = any(%(ids)s)

-- name: school_holidays
-- School holidays of a site that touch a range of days.
select h.calendar, h.first, h.last, h.name from school_holiday h join site using (site_id)
where site.slug = %(site)s and h.last >= %(first)s and h.first <= %(last)s
order by h.first, h.last, h.calendar

-- name: school_holiday_insert
-- Writes one school holiday.
insert into school_holiday (site_id, calendar, first, last, name)
values (%(site_id)s, %(calendar)s, %(first)s, %(last)s, %(name)s)
on conflict (site_id, calendar, first, last) do update set name = excluded.name

-- name: school_holidays_forget
-- Forgets the school holidays of a calendar that end on a day or later; they are imported again.
delete from school_holiday where site_id = %(site_id)s and calendar = %(calendar)s and last >= %(first)s

-- name: weather
-- The weather of a site by day, as far as it is known.
select w.day, w.temperature_c, w.precipitation_mm from weather_day w join site using (site_id)
where site.slug = %(site)s and w.day between %(first)s and %(last)s
order by w.day

-- name: weather_upsert
-- Writes the weather of a day; what the new file does not tell stays as it was.
insert into weather_day (site_id, day, temperature_c, precipitation_mm)
values (%(site_id)s, %(day)s, %(temperature_c)s, %(precipitation_mm)s)
on conflict (site_id, day) do update
set temperature_c = coalesce(excluded.temperature_c, weather_day.temperature_c),
    precipitation_mm = coalesce(excluded.precipitation_mm, weather_day.precipitation_mm)

-- name: weather_forget
-- Forgets the weather of a site.
delete from weather_day where site_id = %(site_id)s

-- name: actions
-- The actions of a site, or of all, newest first.
select s.slug as site, a.slug as id, json_build_object('sv', a.title_sv, 'en', a.title_en) as title, a.asked_by, a.asked,
    a.answered, case when a.answered is not null then json_build_object('sv', a.answer_sv, 'en', a.answer_en) end as answer,
    a.done_since, a.undone, a.invented, a.weekdays, array(
        select z.slug from action_space x join space z using (space_id) where x.action_id = a.action_id order by z.sort, z.slug
    ) as spaces
from action a
join site s using (site_id)
where %(site)s::text is null or s.slug = %(site)s
order by s.sort, s.slug, coalesce(a.done_since, a.answered, a.asked) desc nulls first, a.slug

-- name: action_log
-- Who changed the actions of a site, or of all, newest last.
select s.slug as site, l.slug as id, l.at, l.author, l.change
from action_log l join site s using (site_id)
where %(site)s::text is null or s.slug = %(site)s
order by l.entry_id

-- name: action_upsert
-- Writes an action.
insert into action (site_id, slug, title_sv, title_en, asked_by, asked, answered, answer_sv, answer_en, done_since, undone, invented,
    weekdays)
values (
    %(site_id)s, %(id)s, %(title_sv)s, %(title_en)s, %(asked_by)s, %(asked)s, %(answered)s, %(answer_sv)s, %(answer_en)s,
    %(done_since)s, %(undone)s, %(invented)s, %(weekdays)s
)
on conflict (site_id, slug) do update
set title_sv = excluded.title_sv, title_en = excluded.title_en, asked_by = excluded.asked_by, asked = excluded.asked,
    answered = excluded.answered, answer_sv = excluded.answer_sv, answer_en = excluded.answer_en,
    done_since = excluded.done_since, undone = excluded.undone, invented = excluded.invented,
    weekdays = excluded.weekdays
returning action_id

-- name: action_delete
-- Removes an action; its log stays.
delete from action where site_id = %(site_id)s and slug = %(id)s

-- name: action_log_insert
-- Notes who changed an action, when and how.
insert into action_log (site_id, slug, at, author, change) values (%(site_id)s, %(id)s, %(at)s, %(author)s, %(change)s)

-- name: action_space_insert
-- An action concerns a space of its site; the id of the space, no row if there is none of that name.
insert into action_space (action_id, space_id)
select a.action_id, z.space_id from action a join space z on z.site_id = a.site_id and z.slug = %(space)s and upper_inf(z.valid)
where a.action_id = %(action_id)s
returning space_id

-- name: action_spaces_forget
-- Forgets which spaces an action concerns, before new ones are written.
delete from action_space where action_id = %(action_id)s

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
        and f.channel_id = any(array(select l.channel_id from door join placement l using (portal_id)))
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
