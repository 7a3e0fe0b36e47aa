-- The occupancy of a space by business day, week or month; nulls where nothing is known. Basis and reason are the
-- commonest ones.
select s.slug as space, (t.first + site.day_start) at time zone site.timezone as start, o.people, o.lower, o.upper, o.raw, o.peak,
    o.peak_lower, o.peak_upper, o.basis, o.reason, coalesce(o.final, false) as final
from site
join space s using (site_id)
cross join lateral generate_series(
    date_trunc(%(unit)s, %(first)s::date::timestamp), %(last)s::date::timestamp, %(step)s::interval
) as t (first)
left join lateral (
    select avg(people) as people, case when count(lower) = count(people) then avg(lower) end as lower,
        case when count(upper) = count(people) then avg(upper) end as upper, avg(raw) as raw, max(peak) as peak,
        (array_agg(peak_lower order by peak desc nulls last))[1] as peak_lower,
        (array_agg(peak_upper order by peak desc nulls last))[1] as peak_upper,
        mode() within group (order by basis) as basis, mode() within group (order by reason) as reason,
        bool_and(final) as final
    from occupancy_bucket o
    where o.space_id = s.space_id
        and o.bucket >= (t.first + site.day_start) at time zone site.timezone
        and o.bucket < (t.first + %(step)s::interval + site.day_start) at time zone site.timezone
) o on true
where site.slug = %(site)s and s.slug = %(space)s
order by t.first
