-- What is wrong with sensors, since when, what was done about it; and people who were filled in for silent doors.

create table finding (
    finding_id int generated always as identity primary key,
    site_id int not null references site,
    kind text not null, -- core.analytics.quality.findings.Kind
    channel_id int references channel, -- null: the whole site
    portal_id int references portal,
    space_id int references space,
    since timestamptz not null, -- when the trouble began, as far as can be told
    evidence jsonb not null default '{}', -- numbers by name, as core.analytics.quality.words puts them into a sentence
    odds float8 not null,
    state text not null default 'open' check (state in ('open', 'acknowledged', 'resolved')),
    found timestamptz not null,
    seen timestamptz not null, -- when it was last found
    acknowledged timestamptz,
    who text not null default '', -- acknowledged it
    note text not null default '',
    resolved timestamptz
);
-- One finding of a kind at a time for each channel; once resolved, the same trouble is a new finding.
create unique index finding_standing on finding (site_id, kind, coalesce(channel_id, 0)) where state <> 'resolved';
create index finding_site on finding (site_id, since);

create table finding_history (
    line bigint generated always as identity primary key,
    finding_id int not null references finding on delete cascade,
    time timestamptz not null,
    event text not null check (event in ('found', 'acknowledged', 'resolved')),
    who text not null default '',
    note text not null default ''
);
create index finding_history_finding on finding_history (finding_id, time);

-- When the sensors of a site were last looked at.
create table quality_check (
    site_id int primary key references site,
    checked timestamptz not null
);

-- People estimated for quarters in which a channel was silent: from the same weekday and hour, and the other doors. Kept
-- apart from what was counted, in the channel's own directions. A row counts only as long as no more of its quarter was
-- heard than when it was made (view portal_imputed).
create table imputed_flow (
    channel_id int not null references channel,
    bucket timestamptz not null,
    people_in float8 not null,
    people_out float8 not null,
    spread float8 not null, -- standard error of people_in + people_out
    covered_s float4 not null, -- of the quarter, that had been heard
    primary key (channel_id, bucket)
);
