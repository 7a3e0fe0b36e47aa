-- Readings of a channel from before that time are deleted (besok.store.retention): what was made of them stays as it is, and
-- nothing that comes of that time counts any more. Null: it has all its readings.
alter table channel add column expired timestamptz;
