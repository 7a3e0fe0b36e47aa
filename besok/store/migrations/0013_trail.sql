-- What was stored lately for each collector whose broker numbers its messages anew with each connection, in the order in
-- which it sent them (store/trail.py). A row is a transaction.
create table trail (
    client text collate "C" not null,
    number bigint not null, -- one after the other: who writes a number that another one has taken is no longer the one
    session int not null, -- of the client with the broker; what was before it has no meaning
    writer bigint not null, -- the process that wrote it
    digests bytea not null, -- of topic and payload, eight bytes a message
    unacknowledged int not null check (unacknowledged >= 0), -- the last so many messages the broker still has for certain
    primary key (client, number)
);
