-- Notes up to which business day the counts of a site were looked at for something.
insert into looked (site_id, what, until)
select site_id, %(what)s, %(until)s from site where slug = %(site)s
on conflict (site_id, what) do update set until = excluded.until
