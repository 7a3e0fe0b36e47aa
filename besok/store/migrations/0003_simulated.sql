-- What a simulator made counts in sandboxes only.

-- Whether a simulated reading is among those that the bucket was made from (core.readings.Flag).
alter table flow_bucket add column simulated boolean not null default false;
alter table level_bucket add column simulated boolean not null default false;

-- Whether every site that it tells of is a sandbox, so that simulated readings count.
alter table placement add column sandbox boolean not null default false;

with marked as materialized (
    select channel_id from channel c
    where exists (select from reading r where r.channel_id = c.channel_id and r.flags & 8 <> 0)
        and not exists (select from reading r where r.channel_id = c.channel_id and r.flags & 8 = 0)
), flows as (
    update flow_bucket set simulated = true where channel_id in (select channel_id from marked)
)
update level_bucket set simulated = true where channel_id in (select channel_id from marked);

update placement pl set sandbox = (
    select coalesce(bool_and(s.sandbox), false)
    from site s
    where s.site_id in (
        select z.site_id from space z
        left join portal p on p.portal_id = pl.portal_id
        where z.space_id in (pl.space_id, p.outer_id, p.inner_id)
    )
);
