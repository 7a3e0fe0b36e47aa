-- Writes a site as its file has it; returns its id.
insert into site as s (slug, kind, name_sv, name_en, timezone, day_start, capacity, sandbox, opening, sort)
values (%(slug)s, %(kind)s, %(name_sv)s, %(name_en)s, %(timezone)s, %(day_start)s, %(capacity)s, %(sandbox)s, %(opening)s,
    %(sort)s)
on conflict (slug) do update
set kind = excluded.kind, name_sv = excluded.name_sv, name_en = excluded.name_en, timezone = excluded.timezone,
    day_start = excluded.day_start, capacity = excluded.capacity, sandbox = excluded.sandbox, opening = excluded.opening,
    sort = excluded.sort
returning site_id
