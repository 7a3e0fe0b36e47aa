-- People through portals by quarter of an hour since a moment.
copy (
    select (extract(epoch from bucket - %(begins)s::timestamptz) / 900)::int4 as step, portal_id::int4,
        sum(people_in)::float8 as people_in, sum(people_out)::float8 as people_out
    from portal_flow
    where portal_id = any(%(portals)s) and bucket >= %(begins)s and bucket < %(ends)s
    group by bucket, portal_id
) to stdout (format binary)
