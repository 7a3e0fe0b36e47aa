-- Scenarios that planners ask about: one row each, computed one at a time by a process of its own.

create table scenario_run (
    number int generated always as identity primary key,
    site_id int not null references site on delete cascade,
    spec jsonb not null,
    state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
    author text not null,
    asked timestamptz not null,
    attempt int not null default 0, -- how often it was begun: whoever began an earlier one may write nothing more
    started timestamptz,
    ended timestamptz,
    done int not null default 0,
    total int not null default 0,
    reason text not null default '',
    result jsonb,
    check ((ended is null) = (state in ('queued', 'running')))
);
create index on scenario_run (site_id, number desc);
create index on scenario_run (number) where ended is null;
