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
