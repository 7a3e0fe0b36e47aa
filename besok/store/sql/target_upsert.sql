-- Writes the target of a site.
insert into target (site_id, baseline_first, baseline_last, deadline, factor, measure, also)
values (%(site_id)s, %(baseline_first)s, %(baseline_last)s, %(deadline)s, %(factor)s, %(measure)s, %(also)s)
on conflict (site_id) do update
set baseline_first = excluded.baseline_first, baseline_last = excluded.baseline_last, deadline = excluded.deadline,
    factor = excluded.factor, measure = excluded.measure, also = excluded.also
