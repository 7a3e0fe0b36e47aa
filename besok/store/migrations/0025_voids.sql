-- Times in which what a device sent does not count, by a person's word, until somebody takes that back. Its readings are kept,
-- with flag 16 (besok.model.readings.Flag), also those that come later.
create table voided_time (
    void_id int generated always as identity primary key,
    device_id int not null references device,
    during tstzrange not null check (not isempty(during) and not lower_inf(during) and not upper_inf(during)),
    above float8, -- only readings of more than that; null: all
    reason text not null check (reason <> ''),
    author text not null check (author <> ''),
    made timestamptz not null,
    readings int not null, -- these and their people as they were when it was made; more may have come
    people float8 not null,
    undone timestamptz,
    undone_by text,
    undone_why text
);
create index voided_time_in_force on voided_time (device_id) where undone is null;
