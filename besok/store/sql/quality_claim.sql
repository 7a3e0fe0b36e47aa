-- Notes that the sensors of a site are looked at now; nothing if another worker has done so since a moment.
insert into quality_check (site_id, checked)
select site_id, %(now)s from site where slug = %(site)s
on conflict (site_id) do update set checked = excluded.checked where quality_check.checked < %(before)s
returning site_id
