-- The class of the reason why a message was rejected, to be told in the language of whoever reads it.

alter table rejected add column kind text not null default 'unreadable';
