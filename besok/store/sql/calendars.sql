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
