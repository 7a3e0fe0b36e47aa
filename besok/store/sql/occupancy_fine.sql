-- The occupancy of a space by quarter or hour; nulls where nothing is known. Basis and reason are the commonest ones.
select s.slug as space, t.start, o.people, o.lower, o.upper, o.raw, o.peak, o.peak_lower, o.peak_upper, o.basis, o.reason,
    coalesce(o.final, false) as final
from site
join space s using (site_id)
cross join lateral generate_series(%(start)s::timestamptz, %(end)s::timestamptz - interval '1 second', %(step)s::interval) as t (start)
left join lateral (
    select avg(people) as people, case when count(lower) = count(people) then avg(lower) end as lower,
        case when count(upper) = count(people) then avg(upper) end as upper, avg(raw) as raw, max(peak) as peak,
        (array_agg(peak_lower order by peak desc nulls last))[1] as peak_lower,
        (array_agg(peak_upper order by peak desc nulls last))[1] as peak_upper,
        mode() within group (order by basis) as basis, mode() within group (order by reason) as reason,
        bool_and(final) as final
    from occupancy_bucket o
    where o.space_id = s.space_id and o.bucket >= t.start and o.bucket < t.start + %(step)s::interval
        and o.bucket >= %(start)s and o.bucket < %(end)s
) o on true
where site.slug = %(site)s and s.slug = %(space)s
order by t.start
