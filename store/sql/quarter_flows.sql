-- People through portals by quarter of an hour since a moment.
select (extract(epoch from bucket - %(begins)s::timestamptz) / 900)::int as step, portal_id,
    sum(people_in) as people_in, sum(people_out) as people_out
from portal_flow
where portal_id = any(%(portals)s) and bucket >= %(begins)s and bucket < %(ends)s
group by bucket, portal_id
