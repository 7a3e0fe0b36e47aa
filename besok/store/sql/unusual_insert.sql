-- Keeps what stands out in the counts of a site, given as columns.
insert into unusual_time (site_id, begins, ends, people, expected, score)
select s.site_id, t.*
from site s
cross join unnest(
    %(begins)s::timestamptz[], %(ends)s::timestamptz[], %(people)s::float8[], %(expected)s::float8[], %(score)s::float8[]
) as t
where s.slug = %(site)s
