-- The sites with their targets, in order.
select s.site_id, s.slug, s.kind, s.name_sv, s.name_en, s.timezone, s.day_start, s.capacity, s.sandbox, s.opening,
    t.baseline_first, t.baseline_last, t.deadline, t.factor, t.measure, t.also
from site s
left join target t using (site_id)
where %(site)s::text is null or s.slug = %(site)s
order by s.sort, s.slug
