-- Devices heard or expected, with their channels and present placements; those of one site, or all.
select d.source, d.external_id as device, coalesce(nullif(d.model, ''), d.heard_model) as model, d.online, d.last_received as heard, d.interval_s,
    d.clock_offset_s, d.clock_flags,
    coalesce((select array_agg(c.key order by c.key) from channel c where c.device_id = d.device_id), '{}') as channels,
    coalesce((
        select jsonb_agg(jsonb_build_object('channel', c.key, 'site', si.slug, 'portal', p.slug, 'space', s.slug,
            'swapped', pl.swapped, 'role', pl.role) order by c.key)
        from channel c
        join placement pl on pl.channel_id = c.channel_id and upper_inf(pl.valid)
        left join portal p using (portal_id)
        left join space s on s.space_id = pl.space_id
        join site si on si.site_id = coalesce(p.site_id, s.site_id)
        where c.device_id = d.device_id
    ), '[]') as placements
from device d
where %(site)s::text is null or exists (
    select from channel c
    join placement pl on pl.channel_id = c.channel_id and upper_inf(pl.valid)
    left join portal p using (portal_id)
    left join space s on s.space_id = pl.space_id
    join site si on si.site_id = coalesce(p.site_id, s.site_id)
    where c.device_id = d.device_id and si.slug = %(site)s
)
order by d.source, d.external_id
