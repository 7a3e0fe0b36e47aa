-- People estimated for quarters in which a portal's sensor was silent, in the columns of annual_quarters.
select portal_id, (extract(epoch from bucket - %(begins)s) / 900)::int as quarter, sum(people_in) as people_in,
    sum(people_out) as people_out, 0::float8 as covered_s, sum(people_in + people_out) as imputed,
    sum(corrected_in) as corrected_in, sum(corrected_out) as corrected_out
from portal_imputed
where portal_id = any(%(portals)s) and bucket >= %(begins)s and bucket < %(ends)s
group by portal_id, bucket
