-- Readings that cannot be believed as they are: kept, shown and not counted until a person decides about them.
alter table site add column late_days int not null default 7 check (late_days between 1 and 3650);
alter table portal add column width_m float8 check (width_m > 0);

-- The most people in a quarter of an hour, in either direction, of the last 91 days; null while fewer than 14 days are known.
alter table channel add column usual_quarter float8;

create table quarantine_decision (
    decision_id int generated always as identity primary key,
    decision text not null check (decision in ('released', 'dropped')),
    author text not null,
    reason text not null default '',
    made timestamptz not null,
    device text not null,
    readings int not null,
    undone timestamptz,
    undone_by text
);

create table quarantine (
    quarantine_id bigint generated always as identity primary key,
    channel_id int not null references channel on delete cascade,
    metric smallint not null,
    time timestamptz not null,
    value float8 not null,
    period_s float4 not null,
    flags smallint not null, -- besok.model.readings.Flag
    received timestamptz not null, -- for the first time
    wraps bigint not null,
    cause text not null, -- besok.model.readings.Withheld
    decision_id int references quarantine_decision, -- null while it waits for one, also after that was undone
    replaced jsonb -- the reading whose place it took when it was released
);
create unique index quarantine_once on quarantine (channel_id, metric, time, value, period_s);
create index quarantine_waiting on quarantine (channel_id, cause) where decision_id is null;
create index quarantine_decided on quarantine (decision_id) where decision_id is not null;
create index quarantine_flood on quarantine (channel_id, time) where cause = 'flood';
