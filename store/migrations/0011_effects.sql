-- What came of what was done, as core.effects tells it. Made anew from the counts; nothing rests on it.

create table action_effect (
    site_id int not null references site on delete cascade,
    slug text not null,
    until date not null, -- the last business day that was looked at
    effect jsonb not null, -- core.effects.Effect
    primary key (site_id, slug),
    foreign key (site_id, slug) references action (site_id, slug) on delete cascade
);

create table event_effect (
    event_id int primary key references programme_event on delete cascade,
    effect jsonb not null -- core.effects.EventEffect
);
