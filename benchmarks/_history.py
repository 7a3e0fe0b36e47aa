"""Years of readings put straight into the tables, for measuring beside them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from benchmarks._rig import DOORS

SLICE = timedelta(days=28)

REGISTER = """
with d as (
    insert into device (source, external_id) select 'native', 'house/door-' || n from generate_series(0, %s) n
    on conflict (source, external_id) do update set source = excluded.source returning device_id
)
insert into channel (device_id, key) select device_id, 'flow:1' from d on conflict do nothing
"""
READINGS = """
insert into reading (channel_id, metric, time, value, period_s, flags, received)
select c.channel_id, m, t, 1 + (extract(epoch from t)::bigint / 60 + c.channel_id) %% 5, 60, 0, t
from generate_series(%(first)s, %(last)s::timestamptz - interval '1 minute', interval '1 minute') t
cross join channel c join device d using (device_id) cross join generate_series(1, 2) m
where d.external_id like 'house/door-%%'
order by c.channel_id, m, t
"""
BUCKETS = """
insert into flow_bucket (channel_id, bucket, people_in, people_out, covered_s, imputed)
select channel_id, time_bucket('15 minutes', time - interval '1 second') as bucket,
    coalesce(sum(value) filter (where metric = 1), 0), coalesce(sum(value) filter (where metric = 2), 0), 900, 0
from reading where time >= %(first)s and time < %(last)s group by 1, 2
on conflict do nothing
"""


@dataclass(slots=True, kw_only=True)
class History:
    """Minutes of every door, two readings each, from before the time of the measurements backwards."""

    url: str
    oldest: datetime  # of what is loaded
    readings: int = 0

    def grow(self, readings: int) -> None:
        """Load until there are so many."""
        left = timedelta(minutes=(readings - self.readings) // (2 * DOORS))
        with psycopg.connect(self.url, autocommit=True) as conn:
            conn.execute("set synchronous_commit = off")
            conn.execute(REGISTER, (DOORS - 1,))
            while left:
                step = min(left, SLICE)
                span = {"first": self.oldest - step, "last": self.oldest}
                self.readings += conn.execute(READINGS, span).rowcount
                conn.execute(BUCKETS, span)
                self.oldest, left = self.oldest - step, left - step
            conn.execute("vacuum analyze")
