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

-- What a finding rests on was changed: the placement of its sensor (or of the other one of two that count the same), or readings
-- that were voided. Until it is found again in what came after that, it is being watched.
alter table finding add column changed timestamptz;
alter table finding_history drop constraint finding_history_event_check,
    add check (event in ('found', 'acknowledged', 'changed', 'resolved'));

create function note_change(changed_device int, changed_channel int) returns void language sql as $$
with standing as (
    update finding f set changed = now()
    from device d
    where d.device_id = changed_device and f.state <> 'resolved' and f.changed is distinct from now()
        and (f.channel_id = changed_channel
            or changed_channel is null and f.channel_id in (select channel_id from channel where device_id = changed_device)
            or f.evidence ->> 'other_device' in (d.external_id, substring(d.external_id from '/(.*)$')))
    returning f.finding_id
)
insert into finding_history (finding_id, time, event) select finding_id, now(), 'changed' from standing
$$;

create function note_placement_change() returns trigger language plpgsql as $$
declare row record;
begin
    if tg_op = 'UPDATE' and (old.portal_id, old.space_id, old.swapped, old.role, old.valid)
            is not distinct from (new.portal_id, new.space_id, new.swapped, new.role, new.valid) then
        return null;
    end if;
    if tg_op = 'DELETE' then row := old; else row := new; end if;
    perform note_change(c.device_id, c.channel_id) from channel c where c.channel_id = row.channel_id;
    return null;
end
$$;
create trigger placement_changed after insert or update or delete on placement
    for each row execute function note_placement_change();

create function note_void() returns trigger language plpgsql as $$
begin
    perform note_change(new.device_id, null);
    return null;
end
$$;
create trigger voided_time_added after insert on voided_time for each row execute function note_void();

-- What belongs to a site, a place or a sensor goes with it where that is removed (besok.store.removal).
do $$
declare key record;
begin
    for key in
        select conrelid::regclass as child, conname, pg_get_constraintdef(oid) as meaning
        from pg_constraint
        where contype = 'f' and confdeltype = 'a' and connamespace = 'public'::regnamespace and confrelid in (
            'site'::regclass, 'space'::regclass, 'portal'::regclass, 'device'::regclass, 'channel'::regclass
        )
    loop
        execute format('alter table %s drop constraint %I, add constraint %I %s on delete cascade',
            key.child, key.conname, key.conname, key.meaning);
    end loop;
end
$$;
