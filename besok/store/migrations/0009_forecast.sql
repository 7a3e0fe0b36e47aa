-- What was said of the future, kept for ever: a forecast is scored when the truth is there.

create table forecast (
    forecast_id bigint generated always as identity primary key,
    site_id int not null references site on delete cascade,
    origin date not null, -- the last business day that it knew
    made timestamptz not null,
    afterwards boolean not null default false, -- made later than its origin, from nothing but what was known then
    measure text not null check (measure in ('gross', 'net')),
    model text not null, -- which model, with its version
    goal float8, -- visits a year that the target asks for; null without a target
    deadline date,
    odds float8 check (odds between 0 and 1), -- of the goal in the 365 days up to the deadline
    even_from date, -- from when on the goal is more likely than not
    likely_from date, -- from when on it is reached in four of five
    needed_growth float8, -- a year
    expected_growth float8, -- a year
    unique (site_id, origin, measure)
);

-- The days to come, and the 365 days up to a day to come.
create table forecast_point (
    forecast_id bigint not null references forecast on delete cascade,
    kind text not null check (kind in ('day', 'year')),
    day date not null,
    mean float8 not null,
    low80 float8 not null,
    high80 float8 not null,
    low95 float8 not null,
    high95 float8 not null,
    primary key (forecast_id, kind, day)
);

-- Sums over days that are compared with the truth: the next 7, 28, 90 and 365 days, and the years to the deadline.
create table forecast_total (
    forecast_id bigint not null references forecast on delete cascade,
    first_day date not null,
    last_day date not null check (last_day >= first_day),
    mean float8 not null,
    low80 float8 not null,
    high80 float8 not null,
    low95 float8 not null,
    high95 float8 not null,
    primary key (forecast_id, first_day, last_day)
);
