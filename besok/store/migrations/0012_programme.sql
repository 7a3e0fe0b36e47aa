-- What came of the events of the programme, as core.effects.EventEffect. Made anew from the counts; nothing rests on it.
create table event_effect (
    event_id int primary key references programme_event on delete cascade,
    effect jsonb not null
);
