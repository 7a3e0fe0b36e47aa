-- People who count beside the sensors, what their counts say of a sensor, and the corrections that were accepted. Readings
-- are never changed: a correction applies where the flows of portals are made from them (view portal_people).

create table manual_count (
    count_id uuid primary key, -- given by the phone, so that sending twice stores once
    portal_id int not null references portal,
    counted_by text not null check (counted_by <> ''),
    begins timestamptz not null, -- these and the taps by the phone's clock
    ends timestamptz not null check (ends > begins),
    clock_ahead_s float8 not null, -- the phone's clock minus ours when the count came; taken off before comparing
    note text not null default '',
    received timestamptz not null,
    digest bytea not null, -- of all that was counted
    discarded timestamptz,
    discarded_by text,
    discarded_why text
);
create index manual_count_portal on manual_count (portal_id, begins);

create table manual_tap (
    count_id uuid not null references manual_count on delete cascade,
    position int not null,
    time timestamptz not null,
    direction text not null check (direction in ('in', 'out')), -- the portal's own
    people int not null check (people > 0),
    undone boolean not null, -- taken back by the one who counted
    primary key (count_id, position)
);

-- What was proposed, on what evidence, and what became of it. A correction in force: accepted and not undone.
create table calibration (
    calibration_id int generated always as identity primary key,
    portal_id int not null references portal,
    channels int[] not null, -- that were counted beside; another sensor at the door is not corrected
    proposed timestamptz not null,
    proposed_by text not null,
    factor_in float8 not null check (factor_in > 0), -- what the sensors' figures are multiplied with
    factor_out float8 not null check (factor_out > 0),
    evidence json not null, -- both accuracies with their intervals, and each count with what the sensors told
    decision text not null default 'open' check (decision in ('open', 'accepted', 'rejected')),
    decided timestamptz,
    decided_by text,
    decided_why text,
    valid tstzrange check (not isempty(valid)), -- in which it applies
    undone timestamptz,
    undone_by text,
    undone_why text,
    check ((decision = 'accepted') = (valid is not null)),
    check ((decision = 'open') = (decided is null)),
    exclude using gist (portal_id with =, valid with &&) where (decision = 'accepted' and undone is null)
);
create unique index calibration_open on calibration (portal_id) where decision = 'open';

-- People whom corrections added to a day (or took off), by the portal's directions; contained in people_in and people_out.
alter table flow_day
    add column corrected_in float8 not null default 0,
    add column corrected_out float8 not null default 0;
