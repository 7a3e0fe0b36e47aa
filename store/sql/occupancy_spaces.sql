-- All spaces that a site has or had, its root first.
select space_id, parent_id from space where site_id = %(site_id)s order by parent_id is not null, space_id
