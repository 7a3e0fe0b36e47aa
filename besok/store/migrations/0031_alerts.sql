-- Alerts: rules, whom to tell, and each occurrence once.

create table alert_target (
    name text primary key,
    url text not null, -- of Apprise; may hold a password
    sending timestamptz, -- since when somebody sends to it
    attempts int not null default 0, -- that failed, one after another
    next_try timestamptz not null default '-infinity'
);

create table alert_rule (
    rule_id int generated always as identity primary key,
    kind text not null,
    site_id int references site on delete cascade, -- null: all sites
    space_id int references space on delete cascade,
    threshold float8, -- a share of the capacity, a probability, a number of entries
    minutes int not null default 0 check (minutes >= 0), -- for which it must be so
    target text not null references alert_target,
    quiet_from time, -- no message from then to the other, by the wall clock of the site
    quiet_to time,
    author text not null,
    made timestamptz not null,
    removed timestamptz
);

create table alert (
    alert_id bigint generated always as identity primary key,
    rule_id int not null references alert_rule on delete cascade,
    subject text not null,
    since timestamptz not null,
    value float8,
    raised timestamptz not null,
    sent timestamptz, -- when its message was sent
    acknowledged timestamptz,
    acknowledged_by text,
    resolved timestamptz,
    resolution_sent timestamptz,
    unique (rule_id, subject, since)
);
create unique index alert_open on alert (rule_id, subject) where resolved is null;

-- What is being worked on: no alert is raised about it until then.
create table alert_mute (
    mute_id int generated always as identity primary key,
    subject text not null, -- a device, a space as site/space, a site, or a service
    reason text not null,
    author text not null,
    made timestamptz not null,
    until timestamptz not null
);

create table alert_delivery (
    delivery_id bigint generated always as identity primary key,
    target text not null,
    at timestamptz not null,
    alerts int not null,
    problem text -- null: delivered
);
