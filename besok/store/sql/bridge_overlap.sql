-- People that a channel counted by business day of a site between two instants, in the channel's own directions.
select ((b.bucket at time zone s.timezone) - s.day_start)::date as day, sum(b.people_in) as people_in, sum(b.people_out) as people_out
from flow_bucket b
cross join site s
where s.slug = %(site)s and b.channel_id = %(channel)s and b.bucket >= %(begins)s and b.bucket < %(ends)s
group by 1
order by 1
