-- The emptied channels have never been heard.
update channel c set last_time = null, last_received = null, has_totals = false, wraps = 0
from emptied e where e.whole and e.channel_id = c.channel_id
