-- name: sites
-- All sites.
select slug as site, kind, jsonb_build_object('sv', name_sv, 'en', name_en) as name, timezone, capacity, sandbox
from site
order by sort, slug

-- name: spaces
-- The spaces of a site that its file has, the root space first, then in the order of the building.
select s.slug as space, p.slug as parent, jsonb_build_object('sv', s.name_sv, 'en', s.name_en) as name, s.kind, s.storey, s.capacity, s.seats, s.area_m2
from space s
join site using (site_id)
left join space p on p.space_id = s.parent_id
where site.slug = %(site)s and (upper_inf(s.valid) or s.last is not null)
order by s.parent_id is not null, s.sort, s.slug

-- name: site_id
-- The id of a site.
select site_id from site where slug = %(site)s

-- name: site_today
-- The date at a site at a moment, by its clock.
select (%(now)s::timestamptz at time zone timezone)::date from site where slug = %(site)s

-- name: sites_lock
-- One site file at a time.
select pg_advisory_xact_lock(hashtext('besok sites'))

-- name: sites_sharing_portals
-- The sites that the portals of given sites touch, themselves included.
select distinct sp.site_id from site_portal sp join portal p using (portal_id) where p.site_id = any(%(sites)s)
union
select unnest(%(sites)s::int[])

-- name: channels_sharing_portals
-- The channels that observe places of given sites, or of sites that touch the same portals.
with edited as (
    select site_id from site where slug = any(%(sites)s)
)
select distinct pl.channel_id
from placement pl
left join site_portal sp using (portal_id)
left join space z on z.space_id = pl.space_id
where coalesce(sp.site_id, z.site_id) in (
    select site_id from edited
    union all
    select other.site_id from edited join site_portal own using (site_id) join site_portal other using (portal_id)
)

-- name: site_files
-- Sites as they were applied last, in order: the form is besok.model.site.Site. Removed spaces and portals are left out, and placements
-- that have ended unless `history` asks for them; an end of a portal in another site is named site/space, a native device without its site.
select s.slug as id, s.kind, jsonb_build_object('sv', s.name_sv, 'en', s.name_en) as name, s.timezone, s.day_start, s.capacity, s.sandbox,
    s.opening, s.pandemic, s.late_days, s.position, (select r.plan from space r where r.site_id = s.site_id and r.parent_id is null) as plan,
    (
        select jsonb_build_object('baseline_first', t.baseline_first, 'baseline_last', t.baseline_last, 'deadline', t.deadline,
            'factor', t.factor, 'measure', t.measure, 'also', t.also, 'baseline_visits', t.baseline_visits,
            'baseline_measure', t.baseline_measure, 'baseline_source', t.baseline_source)
        from target t where t.site_id = s.site_id
    ) as target,
    array(
        select jsonb_build_object('id', z.slug, 'parent', case when p.parent_id is null then '' else p.slug end,
            'name', jsonb_build_object('sv', z.name_sv, 'en', z.name_en), 'kind', z.kind, 'storey', z.storey,
            'capacity', z.capacity, 'seats', z.seats, 'area_m2', z.area_m2, 'first', z.first, 'last', z.last, 'closed', z.closed,
            'plan', z.plan, 'shape', z.shape)
        from space z join space p on p.space_id = z.parent_id
        where z.site_id = s.site_id and (upper_inf(z.valid) or z.last is not null)
        order by z.sort, z.space_id
    ) as spaces,
    array(
        select jsonb_build_object('id', p.slug, 'name', jsonb_build_object('sv', p.name_sv, 'en', p.name_en), 'counted', p.counted,
            'width_m', p.width_m, 'first', p.first, 'last', p.last, 'at', p.at,
            'outer', case when o.space_id is null then 'outside' when o.site_id = p.site_id then o.slug else os.slug || '/' || o.slug end,
            'inner', case when i.space_id is null then 'outside' when i.site_id = p.site_id then i.slug else ins.slug || '/' || i.slug end)
        from portal p
        left join space o on o.space_id = p.outer_id
        left join site os on os.site_id = o.site_id
        left join space i on i.space_id = p.inner_id
        left join site ins on ins.site_id = i.site_id
        where p.site_id = s.site_id and (upper_inf(p.valid) or p.last is not null)
        order by p.sort, p.portal_id
    ) as portals,
    array(
        select jsonb_build_object('source', d.source, 'model', d.model, 'interval_s', d.interval_s, 'portal', coalesce(p.slug, ''),
            'space', coalesce(z.slug, ''), 'swapped', pl.swapped, 'role', pl.role, 'topics', d.topics,
            'since', lower(pl.valid), 'until', upper(pl.valid), 'at', pl.at,
            'device', case when d.source = 'native' and starts_with(d.external_id, s.slug || '/')
                then substr(d.external_id, length(s.slug) + 2) else d.external_id end,
            'channel', case c.key when case when p.slug is null then 'level:1' else 'flow:1' end then '' else c.key end)
        from placement pl
        join channel c using (channel_id)
        join device d using (device_id)
        left join portal p on p.portal_id = pl.portal_id
        left join space z on z.space_id = pl.space_id
        where coalesce(p.site_id, z.site_id) = s.site_id and (%(history)s or coalesce(upper(pl.valid) > now(), true))
        order by pl.placement_id
    ) as sensors,
    array(select m.spec from mapping m where m.site_id = s.site_id order by m.position) as mappings,
    array(select v.spec from visit_definition v where v.site_id = s.site_id and v.ended is null order by v.from_day) as visits
from site s
where %(site)s::text is null or s.slug = %(site)s
order by s.sort, s.slug

-- name: site_upsert
-- Writes a site as its file has it; returns its id.
insert into site as s (slug, kind, name_sv, name_en, timezone, day_start, capacity, sandbox, pandemic, late_days, position, opening, sort)
values (%(slug)s, %(kind)s, %(name_sv)s, %(name_en)s, %(timezone)s, %(day_start)s, %(capacity)s, %(sandbox)s, %(pandemic)s, %(late_days)s,
    %(position)s, %(opening)s, %(sort)s)
on conflict (slug) do update
set kind = excluded.kind, name_sv = excluded.name_sv, name_en = excluded.name_en, timezone = excluded.timezone,
    day_start = excluded.day_start, capacity = excluded.capacity, sandbox = excluded.sandbox, pandemic = excluded.pandemic,
    late_days = excluded.late_days, position = excluded.position,
    opening = excluded.opening, sort = excluded.sort
returning site_id

-- name: space_root_upsert
-- Writes the root space of a site: the site itself.
insert into space as z (site_id, slug, parent_id, name_sv, name_en, kind, capacity, plan, sort)
select site_id, slug, null, name_sv, name_en, kind, capacity, %(plan)s, 0 from site where site_id = %(site_id)s
on conflict (site_id, slug) do update
set name_sv = excluded.name_sv, name_en = excluded.name_en, kind = excluded.kind, capacity = excluded.capacity, plan = excluded.plan

-- name: target_upsert
-- Writes the target of a site.
insert into target (
    site_id, baseline_first, baseline_last, deadline, factor, measure, also, baseline_visits, baseline_measure, baseline_source
)
values (
    %(site_id)s, %(baseline_first)s, %(baseline_last)s, %(deadline)s, %(factor)s, %(measure)s, %(also)s, %(baseline_visits)s,
    %(baseline_measure)s, %(baseline_source)s
)
on conflict (site_id) do update
set baseline_first = excluded.baseline_first, baseline_last = excluded.baseline_last, deadline = excluded.deadline,
    factor = excluded.factor, measure = excluded.measure, also = excluded.also, baseline_visits = excluded.baseline_visits,
    baseline_measure = excluded.baseline_measure, baseline_source = excluded.baseline_source

-- name: target_delete
-- The site has no target any more.
delete from target where site_id = %(site_id)s

-- name: space_upsert
-- Writes a space; a new one lies below the root until its parent is known. One that had been ended begins again.
insert into space as z (site_id, slug, parent_id, name_sv, name_en, kind, storey, capacity, seats, area_m2, sort, first, last, closed,
    valid, used, plan, shape)
select s.site_id, %(slug)s, r.space_id, %(name_sv)s, %(name_en)s, %(kind)s, %(storey)s, %(capacity)s, %(seats)s,
    %(area_m2)s, %(sort)s, %(first)s, %(last)s, %(closed)s, tstzrange(%(begins)s, %(ends)s), %(used)s, %(plan)s, %(shape)s
from site s join space r on r.site_id = s.site_id and r.parent_id is null
where s.site_id = %(site_id)s
on conflict (site_id, slug) do update
set name_sv = excluded.name_sv, name_en = excluded.name_en, kind = excluded.kind, storey = excluded.storey,
    capacity = excluded.capacity, seats = excluded.seats, area_m2 = excluded.area_m2, sort = excluded.sort,
    first = excluded.first, last = excluded.last, closed = excluded.closed, valid = excluded.valid, used = excluded.used,
    plan = excluded.plan, shape = excluded.shape

-- name: space_parent
-- Puts a space below its parent; an empty parent is the root.
update space z set parent_id = p.space_id
from space p
where z.site_id = %(site_id)s and z.slug = %(slug)s and p.site_id = z.site_id
    and case when %(parent)s = '' then p.parent_id is null else p.slug = %(parent)s end

-- name: space_end
-- Ends the spaces of a site that its file has no more; their history stays.
update space
set valid = tstzrange(lower(valid), least(upper(valid), greatest(lower(valid), %(now)s))), last = null,
    used = coalesce(used, '{(,)}') * tstzmultirange(tstzrange(null, %(now)s))
where site_id = %(site_id)s and parent_id is not null and (upper_inf(valid) or last is not null) and slug <> all(%(kept)s)

-- name: portal_upsert
-- Writes a portal. Ends are (site, space), both null for outside. One that had been ended begins again.
insert into portal as p (site_id, slug, name_sv, name_en, outer_id, inner_id, counted, width_m, sort, first, last, valid, at)
select %(site_id)s, %(slug)s, %(name_sv)s, %(name_en)s,
    (select z.space_id from space z join site s using (site_id) where s.slug = %(outer_site)s and z.slug = %(outer_space)s),
    (select z.space_id from space z join site s using (site_id) where s.slug = %(inner_site)s and z.slug = %(inner_space)s),
    %(counted)s, %(width_m)s, %(sort)s, %(first)s, %(last)s, tstzrange(%(begins)s, %(ends)s), %(at)s
on conflict (site_id, slug) do update
set name_sv = excluded.name_sv, name_en = excluded.name_en, outer_id = excluded.outer_id, inner_id = excluded.inner_id,
    counted = excluded.counted, width_m = excluded.width_m, sort = excluded.sort, first = excluded.first, last = excluded.last, valid = excluded.valid,
    at = excluded.at

-- name: portal_end
-- Ends the portals of a site that its file has no more; their history stays.
update portal set valid = tstzrange(lower(valid), least(upper(valid), greatest(lower(valid), %(now)s))), last = null
where site_id = %(site_id)s and (upper_inf(valid) or last is not null) and slug <> all(%(kept)s)

-- name: portal_used
-- Notes of each portal when it and the spaces on both of its sides are used.
update portal p set used = u.used
from (
    select p.portal_id,
        nullif(tstzmultirange(p.valid) * coalesce(o.used, '{(,)}') * coalesce(i.used, '{(,)}'), '{(,)}'::tstzmultirange) as used
    from portal p
    left join space o on o.space_id = p.outer_id
    left join space i on i.space_id = p.inner_id
) u
where u.portal_id = p.portal_id and u.used is distinct from p.used

-- name: portal_of_site
-- A portal of a site by its name.
select portal_id from portal join site using (site_id) where site.slug = %(site)s and portal.slug = %(portal)s

-- name: place_ids
-- The ids of the portals and spaces of a site by kind and name.
select 'portal' as kind, slug, portal_id as id from portal where site_id = %(site_id)s
union all
select 'space', slug, space_id from space where site_id = %(site_id)s

-- name: placement_open_rows
-- The placements in force of given channels and of all that stands in given sites.
select pl.placement_id, pl.channel_id, pl.portal_id, pl.space_id, pl.swapped, pl.role
from placement pl
left join portal p on p.portal_id = pl.portal_id
left join space z on z.space_id = pl.space_id
where upper_inf(pl.valid) and (pl.channel_id = any(%(channels)s) or coalesce(p.site_id, z.site_id) = any(%(sites)s))

-- name: placement_forget
-- Forgets placements that would end before they began.
delete from placement where placement_id = any(%(ids)s) and lower(valid) >= %(now)s

-- name: placement_close
-- Ends placements; what they observed until then stays theirs.
update placement set valid = tstzrange(lower(valid), %(now)s) where placement_id = any(%(ids)s)

-- name: placement_rows
-- All placements of channels.
select placement_id, channel_id, portal_id, space_id, swapped, role, lower(valid), upper(valid), at from placement
where channel_id = any(%(channels)s)

-- name: placement_delete
-- Takes placements away.
delete from placement where placement_id = any(%(ids)s)

-- name: placement_ends
-- Makes a placement end at another moment, or never, and moves it on the floor plan.
update placement set valid = tstzrange(lower(valid), %(ends)s), at = %(at)s where placement_id = %(id)s

-- name: placement_insert
-- Places a channel for a time.
insert into placement (channel_id, portal_id, space_id, swapped, role, valid, at)
values (%(channel_id)s, %(portal_id)s, %(space_id)s, %(swapped)s, %(role)s, tstzrange(%(begins)s, %(ends)s), %(at)s)

-- name: placement_sandbox
-- Notes of each placement whether all sites it tells of are sandboxes; a portal tells of those on both of its sides.
update placement pl set sandbox = told.sandbox
from (
    select placement_id, coalesce(bool_and(s.sandbox), false) as sandbox
    from placement
    left join portal p using (portal_id)
    left join space z on z.space_id in (placement.space_id, p.outer_id, p.inner_id)
    left join site s on s.site_id = z.site_id
    group by placement_id
) told
where told.placement_id = pl.placement_id and told.sandbox is distinct from pl.sandbox

-- name: mapping_delete
-- Forgets the mappings of a site, before new ones are written.
delete from mapping where site_id = %(site_id)s

-- name: mapping_insert
-- Writes one mapping of a site.
insert into mapping (site_id, position, spec) values (%(site_id)s, %(position)s, %(spec)s)

-- name: perimeter
-- The portals that lead into a site, by the names that its site file gives them.
select case when p.site_id = sp.site_id then p.slug else owner.slug || '/' || p.slug end as name, p.portal_id
from site_portal sp
join portal p using (portal_id)
join site owner on owner.site_id = p.site_id
where sp.site_id = %(site_id)s and sp.perimeter

-- name: definition_rows
-- The definitions of a visit that hold at a site.
select version, spec from visit_definition where site_id = %(site_id)s and ended is null order by from_day

-- name: definition_end
-- Definitions that hold no more; they stay as what held until then.
update visit_definition set ended = %(now)s where site_id = %(site_id)s and version = any(%(versions)s)

-- name: definition_insert
-- Writes a definition under the next version of its site.
insert into visit_definition (site_id, version, from_day, method, portals, spec, since)
select %(site_id)s, coalesce(max(version), 0) + 1, %(first)s, %(method)s, %(portals)s, %(spec)s, %(now)s
from visit_definition where site_id = %(site_id)s
returning version

-- name: deduction_insert
-- Writes one deduction of a definition.
insert into visit_deduction (site_id, version, position, kind, share, per_day, portals)
values (%(site_id)s, %(version)s, %(position)s, %(kind)s, %(share)s, %(per_day)s, %(portals)s)

-- name: site_edited_note
-- Notes that a site was edited in pages, and how it was before the first time.
insert into site_edited (site_id, before) select site_id, %(before)s from site where slug = %(site)s
on conflict (site_id) do nothing

-- name: site_edited
-- How sites were before they were edited in pages.
select s.slug, e.before from site_edited e join site s using (site_id) where s.slug = any(%(sites)s)

-- name: site_edited_clear
-- Sites are again as a file has them.
delete from site_edited where site_id in (select site_id from site where slug = any(%(sites)s))

-- name: site_counts
-- Tells whether anything was ever to be counted at a site: a sensor has its place there, or counts were brought.
select exists (
    select from placement pl
    left join portal p on p.portal_id = pl.portal_id
    left join space z on z.space_id = pl.space_id
    join site s on s.site_id = coalesce(p.site_id, z.site_id)
    where s.slug = %(site)s
) or exists (select from count_import c join site s using (site_id) where s.slug = %(site)s and not c.undone)

-- name: plan_pictures
-- The pictures behind the floor plans of a site, by the spaces whose plans they are.
select z.slug, p.digest from plan_picture p join space z using (space_id) join site s using (site_id) where s.slug = %(site)s

-- name: plan_picture
-- The picture behind a floor plan.
select p.media, p.content from plan_picture p join space z using (space_id) join site s using (site_id)
where s.slug = %(site)s and z.slug = %(space)s

-- name: plan_picture_put
-- Puts a picture behind a floor plan, in the place of the one before.
insert into plan_picture (space_id, media, digest, content)
select z.space_id, %(media)s, %(digest)s, %(content)s from space z join site s using (site_id)
where s.slug = %(site)s and z.slug = %(space)s
on conflict (space_id) do update set media = excluded.media, digest = excluded.digest, content = excluded.content

-- name: plan_picture_delete
-- Takes the picture behind a floor plan away.
delete from plan_picture using space z, site s
where z.space_id = plan_picture.space_id and s.site_id = z.site_id and s.slug = %(site)s and z.slug = %(space)s
