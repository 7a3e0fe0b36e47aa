-- Months and years whose visits were reported: figure, evidence and version as they were then. Closing one again (a revision that
-- was accepted) replaces the one in force, which stays with the reason; so does opening one.
create table closed_period (
    period_id int generated always as identity primary key,
    site_id int not null references site on delete cascade,
    first date not null,
    last date not null check (last >= first),
    closed timestamptz not null,
    author text not null check (author <> ''),
    reason text not null default '',
    version text not null, -- of the program
    gross float8 not null,
    net float8 not null,
    besok01 int, -- of a year
    coverage float8 not null,
    days jsonb not null, -- gross visits by business day
    sensors jsonb not null, -- what observed its doors, and how: besok.model.views.closed_periods.SensorAtDoor
    report jsonb, -- of a year: besok.model.views.annual.AnnualReport
    ended timestamptz,
    ended_by text,
    ended_why text,
    check ((ended is null) = (ended_by is null))
);
create unique index closed_period_in_force on closed_period (site_id, first, last) where ended is null;
