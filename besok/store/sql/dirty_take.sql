-- Takes the newest days of a site that are to be estimated anew, none older than `reach` days before the newest.
-- Whoever writes late readings of such a day waits until this transaction ends and then marks the day again.
with taken as (
    select site_id, day from dirty_day
    where site_id = %(site_id)s and day > (select max(day) from dirty_day where site_id = %(site_id)s) - %(reach)s::int
    order by site_id, day
    for update
)
delete from dirty_day d using taken t where d.site_id = t.site_id and d.day = t.day
returning d.day
