-- Accounts that are blocked, those of a provider too, which gives roles at each sign-in; and accounts whose owner was invited and
-- has not chosen a password yet.
alter table account add column blocked boolean not null default false;
alter table account add column invited boolean not null default false;
update account a set blocked = true
where password is not null and not exists (select from account_role r where r.account_id = a.account_id);
