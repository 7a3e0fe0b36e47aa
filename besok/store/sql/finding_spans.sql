-- When counters of a site were faulty, as was found: what they counted then is no yardstick.
select channel_id, since, coalesce(resolved, %(now)s) as until
from finding
where channel_id = any(%(channels)s) and kind not in ('silent', 'flapping', 'double')
    and coalesce(resolved, %(now)s) >= %(begins)s
