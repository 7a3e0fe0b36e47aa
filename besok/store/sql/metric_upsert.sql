-- Keeps the metric catalogue in the database equal to the program's.
insert into metric (code, name, unit) values (%(code)s, %(name)s, %(unit)s)
on conflict (code) do update set name = excluded.name, unit = excluded.unit
