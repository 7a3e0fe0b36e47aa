-- People through portals by quarter of an hour, with the corrections in force; `quarter` counts from the first one.
select portal_id, (extract(epoch from bucket - %(begins)s) / 900)::int as quarter, sum(people_in) as people_in,
    sum(people_out) as people_out, sum(covered_s)::float8 as covered_s, sum(imputed) as imputed,
    sum(corrected_in) as corrected_in, sum(corrected_out) as corrected_out
from portal_people
where portal_id = any(%(portals)s) and bucket >= %(begins)s and bucket < %(ends)s
group by portal_id, bucket
