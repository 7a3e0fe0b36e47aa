-- Up to which business day the counts of each site were last looked at for something.
select s.slug, l.until from looked l join site s using (site_id) where l.what = %(what)s
