-- Headcounts: how many people somebody counted in a space at one moment, on the phone or by the command. Each is an
-- observation of the truth at that moment; it is never deleted, but undone.
create table headcount (
    headcount_id uuid primary key, -- given by whoever sends it, so that sending twice stores once
    space_id int not null references space,
    time timestamptz not null, -- by our clock: what the phone's clock was ahead is taken off
    people int not null check (people >= 0),
    seats_taken int check (seats_taken >= 0),
    counted_by text not null check (counted_by <> ''),
    clock_ahead_s float8 not null default 0,
    entered_at timestamptz not null,
    digest bytea not null, -- of all that was counted
    estimate float4, -- the figure of that minute before the headcount was used, with its 80 % interval; null where there was none
    estimate_lower float4,
    estimate_upper float4,
    shown float4, -- what the counter of the people in the space showed at that time; null where there was none
    undone timestamptz,
    undone_by text,
    undone_why text,
    check ((undone is null) = (undone_by is null))
);
create index headcount_space on headcount (space_id, time);
