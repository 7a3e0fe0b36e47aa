-- The mappings of the sites, in the order in which they are tried.
select m.site_id, m.spec from mapping m join site s using (site_id) order by s.sort, s.slug, m.position
