-- Writes one school holiday.
insert into school_holiday (site_id, calendar, first, last, name)
values (%(site_id)s, %(calendar)s, %(first)s, %(last)s, %(name)s)
on conflict (site_id, calendar, first, last) do update set name = excluded.name
