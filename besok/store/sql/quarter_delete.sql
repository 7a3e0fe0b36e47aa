-- Takes away the 15-minute figures of spaces in ranges of time, to be written anew.
delete from occupancy_bucket o
using unnest(%(begins)s::timestamptz[], %(ends)s::timestamptz[]) as d (begins, ends)
where o.space_id = any(%(spaces)s) and o.bucket >= d.begins and o.bucket < d.ends
    and o.bucket >= %(first)s and o.bucket < %(last)s
