-- All spaces that a site has or had with how many they hold, its root first.
select s.space_id, s.parent_id, coalesce(s.capacity, case when s.parent_id is null then site.capacity end) as capacity
from space s
join site using (site_id)
where site_id = %(site_id)s
order by s.parent_id is not null, s.space_id
