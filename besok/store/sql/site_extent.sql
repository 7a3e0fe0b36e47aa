-- The channels that count at a site's portals or stand in its spaces, each with the time it has been heard.
select pl.channel_id, min(b.bucket) as first, max(b.bucket) + interval '15 minutes' as last
from placement pl
left join site_portal sp on sp.portal_id = pl.portal_id
left join space z on z.space_id = pl.space_id
join (
    select channel_id, bucket from flow_bucket
    union all
    select channel_id, bucket from level_bucket
) b on b.channel_id = pl.channel_id
where coalesce(sp.site_id, z.site_id) = %(site_id)s
group by pl.channel_id
