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
