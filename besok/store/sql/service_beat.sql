-- Notes that a service works, with its own figures.
insert into service (name, heard, detail) values (%(name)s, %(heard)s, %(detail)s)
on conflict (name) do update set heard = excluded.heard, detail = excluded.detail
