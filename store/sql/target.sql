-- The target of a site.
select baseline_first, baseline_last, deadline, factor, measure from target join site using (site_id) where slug = %(site)s
