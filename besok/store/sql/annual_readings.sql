-- All flow readings of a channel that tell of a time, in microseconds since 1970; of totals the ones just around it too.
select metric::int, (extract(epoch from time) * 1000000)::bigint as time, value, round(period_s::float8 * 1000000)::bigint as period,
    flags::int, (extract(epoch from received) * 1000000)::bigint as received
from (
    select metric, time, value, period_s, flags, received from reading
    where channel_id = %(channel)s and metric in (1, 2, 5) and time >= %(begins)s and time <= %(ends)s::timestamptz + interval '7 days'
    union all
    select metric, time, value, period_s, flags, received from reading
    where channel_id = %(channel)s and metric in (3, 4, 6) and time >= %(begins)s and time < %(ends)s
    union all
    select r.* from (values (3::smallint), (4::smallint), (6::smallint)) as m (metric)
    cross join lateral (
        (select metric, time, value, period_s, flags, received from reading
         where channel_id = %(channel)s and metric = m.metric and time < %(begins)s order by time desc limit 1)
        union all
        (select metric, time, value, period_s, flags, received from reading
         where channel_id = %(channel)s and metric = m.metric and time >= %(ends)s order by time limit 1)
    ) r
) told
order by metric, time
