-- Visits over hours, days, weeks, months or years that people bring: kept as they are, never made to readings.

-- One storing of counts; what was undone stays and counts for nothing. `content` is the hash of all that was understood.
create table count_import (
    import_id int generated always as identity primary key,
    site_id int not null references site,
    source text not null check (source <> ''), -- the counter, the list or the statistics that they are from
    method text not null check (method in ('counter', 'manual')),
    counts text not null check (counts in ('gross', 'net', 'passages')), -- passages: in both directions, two a visit
    author text not null,
    made timestamptz not null,
    name text not null, -- of the file; empty where there was none
    digest text not null, -- of the file
    content text not null,
    layout text not null, -- the counting system that wrote the file, empty where not known
    undone boolean not null default false
);
create unique index count_import_content on count_import (site_id, content);

-- Who stored, undid or restored an import; rows are only added.
create table count_import_log (
    entry_id bigint generated always as identity primary key,
    import_id int not null references count_import,
    at timestamptz not null,
    author text not null,
    change text not null check (change in ('stored', 'undone', 'restored'))
);

-- Of a period that a source has several counts of, the one of the newest import holds.
create table period_count (
    import_id int not null references count_import,
    portal_id int references portal, -- null: the whole site, or a part of it that has no portal
    series text not null,
    first_day date not null,
    last_day date not null check (last_day >= first_day),
    hour smallint check (hour is null or hour between 0 and 23 and first_day = last_day), -- local
    visits float8 not null check (visits >= 0 and visits < 'infinity')
);
create index period_count_import on period_count (import_id);

-- A baseline that is known as one number, with what it counts and where it is from.
alter table target
    add column baseline_visits float8 check (baseline_visits > 0),
    add column baseline_measure text check (baseline_measure in ('gross', 'net')),
    add column baseline_source text not null default '';

-- Whether the years of the pandemic tell anything: by default not where the counts show a closure.
alter table site add column pandemic text not null default 'auto' check (pandemic in ('auto', 'keep', 'leave-out'));
