-- What real devices need: counters that wrap, messages that come twice, formats that the site file explains.

alter table channel add column wraps bigint not null default 0 check (wraps >= 0); -- its totals begin again there; 0: never

alter table device add column topic text; -- on which it was heard last
alter table device add column heard_model text not null default ''; -- by its own messages; what the site file says goes first

-- How the site files say that the messages of unknown devices are to be read, in the order in which they are tried.
create table mapping (
    site_id int not null references site,
    position int not null,
    spec json not null, -- core.site.PayloadMapping; as text, since its names keep their order
    primary key (site_id, position)
);

-- Messages that were stored, by what makes each the same when it comes again (core.readings.Identity).
create table seen (
    scope text collate "C" not null,
    mark text collate "C" not null,
    digest bytea not null, -- of what the message says
    received timestamptz not null,
    forget timestamptz not null, -- until then the same again is a repeat
    primary key (scope, mark, digest)
);
create index seen_forget on seen using brin (forget);

create index rejected_received on rejected (received); -- for those that come again, and those to be forgotten
