-- Writes a portal. Ends are (site, space), both null for outside. One that had been ended begins again.
insert into portal as p (site_id, slug, name_sv, name_en, outer_id, inner_id, counted, sort)
select %(site_id)s, %(slug)s, %(name_sv)s, %(name_en)s,
    (select z.space_id from space z join site s using (site_id) where s.slug = %(outer_site)s and z.slug = %(outer_space)s),
    (select z.space_id from space z join site s using (site_id) where s.slug = %(inner_site)s and z.slug = %(inner_space)s),
    %(counted)s, %(sort)s
on conflict (site_id, slug) do update
set name_sv = excluded.name_sv, name_en = excluded.name_en, outer_id = excluded.outer_id, inner_id = excluded.inner_id,
    counted = excluded.counted, sort = excluded.sort, valid = tstzrange(lower(p.valid), null)
