-- People through portals by quarter of an hour since a moment, packed: step, portal, in, out, all quarters one after another.
select string_agg(int4send(step) || int4send(portal_id) || float8send(people_in) || float8send(people_out), '')
from (
    select (extract(epoch from bucket - %(begins)s::timestamptz) / 900)::int4 as step, portal_id,
        sum(people_in) as people_in, sum(people_out) as people_out
    from portal_flow
    where portal_id = any(%(portals)s) and bucket >= %(begins)s and bucket < %(ends)s
    group by bucket, portal_id
) q
