-- The sites whose sensors were not looked at since a moment, the longest ago first.
select s.slug
from site s
left join quality_check q using (site_id)
where q.checked is null or q.checked < %(before)s
order by q.checked nulls first, s.site_id
