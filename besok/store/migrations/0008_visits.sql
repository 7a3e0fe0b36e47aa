-- What a visit is, in versions; the calendar around the counts; what was done because somebody asked for it.

-- A definition is never changed: another one takes its place, and it stays as the one that held until `ended`.
alter table visit_definition
    add column method text not null default 'in' check (method in ('in', 'half')),
    add column portals int[], -- whose passages count; null: all that lead into the site
    add column spec json, -- core.site.VisitDefinition
    add column since timestamptz not null default now(),
    add column ended timestamptz;
alter table visit_definition drop constraint visit_definition_site_id_from_day_key;
create unique index visit_definition_now on visit_definition (site_id, from_day) where ended is null;

-- What is taken off the gross figure of a day: a share of who enters by some doors (null: all that count), or so many.
create table visit_deduction (
    site_id int not null,
    version int not null,
    position int not null,
    kind text not null check (kind in ('staff', 'through', 'cafe', 'other')),
    share float8 not null default 0 check (share between 0 and 1),
    per_day float8 not null default 0 check (per_day >= 0),
    portals int[],
    primary key (site_id, version, position),
    foreign key (site_id, version) references visit_definition on delete cascade
);

-- What earlier programs knew: (gross - staff) * (1 - through) is the same, written as deductions from gross.
insert into visit_deduction (site_id, version, position, kind, share, per_day)
select site_id, version, 0, 'staff', 0, staff_per_day * (1 - through_share) from visit_definition where staff_per_day > 0
union all
select site_id, version, 1, 'through', through_share, 0 from visit_definition where through_share > 0;
update visit_definition set spec = json_build_object('first', from_day, 'deductions', coalesce((
    select json_agg(json_build_object('kind', kind, 'share', share, 'per_day', per_day) order by position)
    from visit_deduction x where x.site_id = visit_definition.site_id and x.version = visit_definition.version
), '[]'));
drop view if exists visit_day; -- made anew after the migrations
alter table visit_definition alter column spec set not null, drop column staff_per_day, drop column through_share, drop column note;

-- The programme; `calendar` is the name under which a file was imported, so that the next import can replace it.
alter table programme_event
    add column calendar text not null default '',
    add column all_day boolean not null default false,
    add column imported timestamptz not null default now();
alter table programme_event drop constraint programme_event_site_id_uid_during_key;
alter table programme_event add unique (site_id, calendar, uid, during);
create index programme_event_during on programme_event using gist (site_id, during);

create table school_holiday (
    site_id int not null references site,
    calendar text not null,
    first date not null,
    last date not null check (last >= first),
    name text not null,
    primary key (site_id, calendar, first, last)
);

-- The weather of a calendar day; what is not known is null.
create table weather_day (
    site_id int not null references site,
    day date not null,
    temperature_c float8, -- the day's mean
    precipitation_mm float8, -- the day's sum
    primary key (site_id, day)
);

-- You said, we did, it gave.
alter table action
    add column slug text,
    add column asked_by text not null default 'residents' check (asked_by in ('residents', 'staff', 'partners', 'council')),
    add column answer_sv text not null default '',
    add column answer_en text not null default '',
    add column undone date, -- from this day on it is no more
    add column invented boolean not null default false; -- an example, and shown as one
update action set slug = 'action-' || action_id;
alter table action alter column slug set not null, add unique (site_id, slug);
alter table action add check (undone > done_since);

-- Who changed the ledger, when and how; rows are only added.
create table action_log (
    entry_id bigint generated always as identity primary key,
    site_id int not null references site,
    slug text not null,
    at timestamptz not null default now(),
    author text not null,
    change text not null
);
create index action_log_site on action_log (site_id, slug);
