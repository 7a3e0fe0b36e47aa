-- Recomputes flow days from the buckets; a day may have 23 or 25 hours.
with day as materialized (
    select t.site_id, t.portal_id, t.day, (t.day + s.day_start) at time zone s.timezone as begins,
        (t.day + 1 + s.day_start) at time zone s.timezone as ends
    from unnest(%(site)s::int[], %(portal)s::int[], %(day)s::date[]) as t (site_id, portal_id, day)
    join site s using (site_id)
)
insert into flow_day (site_id, portal_id, day, people_in, people_out, covered_s, imputed, corrected_in, corrected_out)
select d.site_id, d.portal_id, d.day, sum(f.people_in), sum(f.people_out),
    sum(f.covered_s) / count(distinct f.channel_id), sum(f.imputed), sum(f.corrected_in),
    sum(f.corrected_out)
from day d
join portal_people f on f.portal_id = d.portal_id and f.bucket >= d.begins and f.bucket < d.ends
    and f.bucket between %(from)s::date - interval '1 day' and %(to)s::date + interval '3 days'
group by d.site_id, d.portal_id, d.day
on conflict (site_id, portal_id, day) do update
set people_in = excluded.people_in, people_out = excluded.people_out, covered_s = excluded.covered_s, imputed = excluded.imputed,
    corrected_in = excluded.corrected_in, corrected_out = excluded.corrected_out
