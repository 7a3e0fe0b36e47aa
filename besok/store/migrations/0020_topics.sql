-- Devices are bound to the topics on which they may speak: those of the site file, else those on which they were heard
-- until they were placed. New devices are registered with their time, to limit how many come within an hour. The key is
-- that of pseudonyms, which stand for the names of senders that nobody has placed.
alter table device add column topics text[] not null default '{}'; -- topic filters, by the site file or a command
alter table device add column heard_on text[] not null default '{}'; -- topics or filters, by its own messages
alter table device add column registered timestamptz; -- by a message; null if by a site file
create index device_registered on device (registered) where registered is not null;
update device set heard_on = array[topic] where topic is not null and source <> 'native';

alter table rejected add column redacted boolean not null default false; -- by the allowlist
create index rejected_unredacted on rejected (rejected_id) where not redacted;

create table installation (
    only_row boolean primary key default true check (only_row),
    key bytea not null default decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')
);
insert into installation default values;
