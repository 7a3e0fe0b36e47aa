-- A database as release 0.1.0 left it: its schema after migration 0001, and some of everything in it. Never changed: it
-- stands for what users have. The test of upgrading brings it to the present.

create table migration (
    name text primary key,
    digest text not null,
    ran timestamptz not null default now()
);
insert into migration (name, digest) values ('0001_schema', 'cfc7e2d9403f228634f2e6ebc9cbca19564c0a01ffb2a7982368a35fb5ca1dfb');

-- The tables of Besök. Times are timestamptz in UTC, days are business days of the site.
create extension if not exists timescaledb;
create extension if not exists btree_gist;

create table metric (
    code smallint primary key,
    name text not null unique,
    unit text not null
);

-- Places ---------------------------------------------------------------------------------------------------------

create table site (
    site_id int generated always as identity primary key,
    slug text not null unique,
    kind text not null check (kind in ('library', 'park')),
    name_sv text not null,
    name_en text not null,
    timezone text not null,
    day_start time not null default '04:00',
    capacity int check (capacity > 0),
    sandbox boolean not null default false,
    opening jsonb not null, -- core.site.OpeningHours
    sort int not null default 0
);

create table space (
    space_id int generated always as identity primary key,
    site_id int not null references site,
    slug text not null,
    parent_id int references space, -- null for the root space, whose slug is the site's
    name_sv text not null,
    name_en text not null,
    kind text not null,
    storey int,
    capacity int check (capacity > 0),
    seats int check (seats >= 0),
    area_m2 float8 check (area_m2 > 0),
    sort int not null default 0,
    valid tstzrange not null default tstzrange(null, null),
    unique (site_id, slug)
);
create unique index space_root on space (site_id) where parent_id is null;

-- Going in is going from outer to inner; a null end is outside.
create table portal (
    portal_id int generated always as identity primary key,
    site_id int not null references site,
    slug text not null,
    name_sv text not null,
    name_en text not null,
    outer_id int references space,
    inner_id int references space,
    counted boolean not null default true,
    sort int not null default 0,
    valid tstzrange not null default tstzrange(null, null),
    unique (site_id, slug),
    check (outer_id is distinct from inner_id)
);

create table target (
    site_id int primary key references site,
    baseline_first date not null,
    baseline_last date not null check (baseline_last >= baseline_first),
    deadline date not null check (deadline > baseline_last),
    factor float8 not null check (factor > 0),
    measure text not null check (measure in ('gross', 'net'))
);

-- What a visit is, by version: net = (gross - staff_per_day) * (1 - through_share), never below zero.
create table visit_definition (
    site_id int not null references site,
    version int not null,
    from_day date not null,
    staff_per_day float8 not null default 0 check (staff_per_day >= 0),
    through_share float8 not null default 0 check (through_share between 0 and 1),
    note text not null default '',
    primary key (site_id, version),
    unique (site_id, from_day)
);

create table programme_event (
    event_id int generated always as identity primary key,
    site_id int not null references site,
    space_id int references space,
    uid text not null,
    title text not null,
    during tstzrange not null,
    unique (site_id, uid, during)
);

create table action (
    action_id int generated always as identity primary key,
    site_id int not null references site,
    title_sv text not null,
    title_en text not null,
    asked date,
    answered date,
    done_since date
);

create table action_space (
    action_id int not null references action on delete cascade,
    space_id int not null references space,
    primary key (action_id, space_id)
);

-- Sensors ----------------------------------------------------------------------------------------------------------

create table device (
    device_id int generated always as identity primary key,
    source text not null,
    external_id text not null,
    model text not null default '',
    interval_s int not null default 60 check (interval_s > 0),
    online boolean,
    online_changed timestamptz,
    last_received timestamptz,
    clock_offset_s float8, -- the device's clock minus ours, from the least delayed reading of the last batch
    clock_flags smallint not null default 0, -- core.readings.Flag of that reading
    unique (source, external_id)
);

create table channel (
    channel_id int generated always as identity primary key,
    device_id int not null references device,
    key text not null,
    has_totals boolean not null default false, -- it has sent running totals
    last_time timestamptz,
    last_received timestamptz,
    unique (device_id, key)
);

create table placement (
    placement_id int generated always as identity primary key,
    channel_id int not null references channel,
    portal_id int references portal,
    space_id int references space,
    swapped boolean not null default false,
    role text not null default 'primary' check (role in ('primary', 'reference')),
    valid tstzrange not null default tstzrange(null, null) check (not isempty(valid)),
    check (num_nonnulls(portal_id, space_id) = 1),
    exclude using gist (channel_id with =, valid with &&) -- a channel observes one thing at a time
);
create index placement_portal on placement (portal_id);
create index placement_space on placement (space_id);

-- Readings and what is recomputed from them ----------------------------------------------------------------------

create table reading (
    channel_id int not null,
    metric smallint not null,
    time timestamptz not null,
    value float8 not null,
    period_s float4 not null default 0, -- a flow happened in the period_s seconds that end at time
    flags smallint not null default 0, -- core.readings.Flag
    received timestamptz not null,
    primary key (channel_id, metric, time)
);
select create_hypertable('reading', by_range('time', interval '28 days'), create_default_indexes => false);
create index reading_long on reading (channel_id, time) where period_s > 900;

create table flow_bucket (
    channel_id int not null,
    bucket timestamptz not null,
    people_in float8 not null,
    people_out float8 not null,
    covered_s float4 not null, -- seconds of the bucket in which the channel is known to have worked
    imputed float8 not null, -- people of the two who were spread over a gap
    primary key (channel_id, bucket)
);
select create_hypertable('flow_bucket', by_range('bucket', interval '91 days'), create_default_indexes => false);

create table level_bucket (
    channel_id int not null,
    metric smallint not null,
    bucket timestamptz not null,
    mean float8 not null,
    low float8 not null,
    high float8 not null,
    last float8 not null,
    samples int not null,
    primary key (channel_id, metric, bucket)
);
select create_hypertable('level_bucket', by_range('bucket', interval '91 days'), create_default_indexes => false);

-- A portal's flows in the business days of a site it touches; in and out are the portal's own directions.
create table flow_day (
    site_id int not null references site,
    portal_id int not null references portal,
    day date not null,
    people_in float8 not null,
    people_out float8 not null,
    covered_s float8 not null, -- mean over the portal's channels
    imputed float8 not null,
    primary key (site_id, portal_id, day)
);

create table occupancy_minute (
    space_id int not null,
    time timestamptz not null,
    people float4,
    lower float4,
    upper float4,
    raw float4,
    basis text,
    reason text,
    primary key (space_id, time)
);
select create_hypertable('occupancy_minute', by_range('time', interval '7 days'), create_default_indexes => false);

create table occupancy_bucket (
    space_id int not null,
    bucket timestamptz not null,
    people float4,
    lower float4,
    upper float4,
    peak float4,
    primary key (space_id, bucket)
);
select create_hypertable('occupancy_bucket', by_range('bucket', interval '91 days'), create_default_indexes => false);

-- Work and health --------------------------------------------------------------------------------------------------

-- Past business days whose occupancy has to be estimated again.
create table dirty_day (
    site_id int not null references site,
    day date not null,
    primary key (site_id, day)
);

create table rejected (
    rejected_id bigint generated always as identity primary key,
    received timestamptz not null,
    topic text not null,
    payload bytea not null,
    retained boolean not null,
    reason text not null,
    resolved timestamptz
);
create index rejected_open on rejected (rejected_id) where resolved is null;

create table service (
    name text primary key,
    heard timestamptz not null,
    detail jsonb not null default '{}'
);

-- What the tables mean. Dropped and made anew at every migration.
drop view if exists space_portal;
drop view if exists space_within;
drop view if exists visit_day;
drop view if exists portal_flow;
drop view if exists site_portal;

-- Each site and the portals that touch it: perimeter if one end is inside and the other is not;
-- sign +1 where going in through the portal is entering the site, -1 where it is leaving, 0 for inner portals.
create view site_portal as
select s.site_id, p.portal_id, s.inner_here <> s.outer_here as perimeter, s.inner_here::int - s.outer_here::int as sign
from portal p
left join space o on o.space_id = p.outer_id
left join space i on i.space_id = p.inner_id
cross join lateral (
    select site_id, bool_or(is_inner) as inner_here, bool_or(not is_inner) as outer_here
    from (values (o.site_id, false), (i.site_id, true)) as ends (site_id, is_inner)
    where site_id is not null
    group by site_id
) s;

-- People through a portal by bucket and channel, in the portal's direction; only primary placements count.
create view portal_flow as
select p.portal_id, b.channel_id, b.bucket,
    case when p.swapped then b.people_out else b.people_in end as people_in,
    case when p.swapped then b.people_in else b.people_out end as people_out,
    b.covered_s, b.imputed
from placement p
join flow_bucket b on b.channel_id = p.channel_id and p.valid @> b.bucket
where p.role = 'primary' and p.portal_id is not null;

-- Visits of a site by business day: who entered through its perimeter, and net of the definition in force that day.
create view visit_day as
select v.site_id, v.day, v.gross,
    greatest(0, (v.gross - coalesce(d.staff_per_day, 0)) * (1 - coalesce(d.through_share, 0))) as net,
    coalesce(d.version, 0) as definition, v.covered_s, v.imputed
from (
    select f.site_id, f.day, sum(case sp.sign when 1 then f.people_in else f.people_out end) as gross,
        sum(f.covered_s) as covered_s, sum(f.imputed) as imputed
    from flow_day f
    join site_portal sp on sp.site_id = f.site_id and sp.portal_id = f.portal_id and sp.perimeter
    group by f.site_id, f.day
) v
left join lateral (
    select * from visit_definition d where d.site_id = v.site_id and d.from_day <= v.day order by from_day desc limit 1
) d on true;

-- Each space and every space within it, itself included.
create view space_within as
with recursive within (space_id, inner_id) as (
    select space_id, space_id from space
    union all
    select w.space_id, s.space_id from within w join space s on s.parent_id = w.inner_id
)
select space_id, inner_id from within;

-- The portals that lead into a space: exactly one end lies within it. Sign +1 where going in is entering the space.
create view space_portal as
select space_id, portal_id, sum(sign)::int as sign
from (
    select w.space_id, p.portal_id, 1 as sign from portal p join space_within w on w.inner_id = p.inner_id
    union all
    select w.space_id, p.portal_id, -1 from portal p join space_within w on w.inner_id = p.outer_id
) ends
group by space_id, portal_id
having sum(sign) <> 0;

insert into metric (code, name, unit) values
    (1, 'in', 'people'),
    (2, 'out', 'people'),
    (3, 'in_total', 'people'),
    (4, 'out_total', 'people'),
    (10, 'people', 'people'),
    (11, 'occupied', '0/1'),
    (20, 'co2_ppm', 'ppm'),
    (21, 'temperature_c', '°C'),
    (22, 'humidity_pct', '%'),
    (23, 'light_lux', 'lx'),
    (24, 'sound_db', 'dB'),
    (30, 'battery_pct', '%'),
    (31, 'battery_v', 'V');

insert into site (slug, kind, name_sv, name_en, timezone, opening)
values ('lib', 'library', 'Bibblan', 'Library', 'Europe/Stockholm', '{"monday": "08:00-20:00", "tuesday": "08:00-20:00",
    "wednesday": "08:00-20:00", "thursday": "08:00-20:00", "friday": "08:00-20:00", "saturday": "closed",
    "sunday": "closed"}');
insert into space (site_id, slug, name_sv, name_en, kind) values (1, 'lib', 'Bibblan', 'Library', 'library');
insert into portal (site_id, slug, name_sv, name_en, inner_id) values (1, 'front', 'Entré', 'Front', 1);
insert into device (source, external_id, model, last_received)
values ('native', 'lib/front', 'door counter', '2026-03-02 12:02Z'), ('native', 'lib/nobody', '', '2026-03-02 12:02Z');
insert into channel (device_id, key, has_totals, last_time, last_received)
values (1, 'flow:1', true, '2026-03-02 12:02Z', '2026-03-02 12:02Z'), (2, 'flow:1', false, null, null);
insert into placement (channel_id, portal_id) values (1, 1);
insert into reading (channel_id, metric, time, value, received)
values (1, 3, '2026-03-02 12:01Z', 100, '2026-03-02 12:01Z'), (1, 3, '2026-03-02 12:02Z', 107, '2026-03-02 12:02Z');
insert into flow_bucket values (1, '2026-03-02 12:00Z', 7, 0, 60, 0);
insert into flow_day values (1, 1, '2026-03-02', 7, 0, 60, 0);
insert into rejected (received, topic, payload, retained, reason)
values ('2026-03-02 12:00Z', 'x/y', '\x00ff', false, 'no adapter reads this');
insert into service (name, heard) values ('jobs', '2026-03-02 12:00Z');
