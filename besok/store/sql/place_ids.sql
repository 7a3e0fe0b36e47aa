-- The ids of the portals and spaces of a site by kind and name.
select 'portal' as kind, slug, portal_id as id from portal where site_id = %(site_id)s
union all
select 'space', slug, space_id from space where site_id = %(site_id)s
