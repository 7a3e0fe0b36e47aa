-- Puts a space below its parent; an empty parent is the root.
update space z set parent_id = p.space_id
from space p
where z.site_id = %(site_id)s and z.slug = %(slug)s and p.site_id = z.site_id
    and case when %(parent)s = '' then p.parent_id is null else p.slug = %(parent)s end
