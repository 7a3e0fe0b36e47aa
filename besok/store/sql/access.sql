-- name: accounts
-- Every account with its roles, by name.
select a.name, a.display, a.issuer, a.blocked, a.totp is not null as totp, a.created, a.signed_in,
    coalesce(
        (
            select json_agg(json_build_object('role', r.role, 'site', s.slug) order by s.slug nulls first, r.role)
            from account_role r left join site s using (site_id) where r.account_id = a.account_id
        ), '[]'
    ) as grants
from account a
order by a.name

-- name: account_any
-- Whether anybody has an account.
select exists (select from account)

-- name: account_any_local
-- Whether anybody has an account with a password.
select exists (select from account where password is not null)

-- name: account_secret
-- What a local sign-in is checked against, and kept until it is; nothing of an account that is blocked or has no role.
select account_id, name, display, password, totp from account a
where name = %(name)s and password is not null and not blocked and exists (select from account_role r where r.account_id = a.account_id)

-- name: account_insert
-- A new account; nothing where the name is taken.
insert into account (name, display, password, issuer, subject, created, invited)
values (%(name)s, %(display)s, %(password)s, %(issuer)s, %(subject)s, %(now)s, %(invited)s)
on conflict do nothing
returning account_id

-- name: account_id
-- The id of an account, locked: of several changes at once one after another is made.
select account_id from account where name = %(name)s for update

-- name: administrators
-- The accounts that administer every site, locked: of several changes at once one after another finds out who is left. Whoever
-- was invited and has no password yet does not.
select a.account_id from account a
where not a.invited and exists (select from account_role r where r.account_id = a.account_id and r.role = 'admin' and r.site_id is null)
order by a.account_id
for update

-- name: account_of_provider
-- The account of a person whom a provider signs in, locked.
select account_id, name, blocked from account where issuer = %(issuer)s and subject = %(subject)s for update

-- name: account_display
-- What stands beside the changes of an account from now on.
update account set display = %(display)s where account_id = %(account_id)s

-- name: account_password
-- A new password, where the one before is still the one that is replaced.
update account set password = %(password)s, invited = false
where account_id = %(account_id)s and password is not null and (%(replaced)s::text is null or (password = %(replaced)s and not blocked))

-- name: account_unknown_password
-- Ends the invitations of somebody who has not chosen a password yet: they hold as long as the unknown one does.
update account set password = %(password)s where account_id = %(account_id)s and invited

-- name: account_blocked
-- Blocks an account, or lets it in again; who its provider is.
update account set blocked = %(blocked)s where account_id = %(account_id)s returning issuer

-- name: account_totp
-- A new second factor, or none.
update account set totp = %(totp)s, totp_step = null where account_id = %(account_id)s and password is not null

-- name: account_totp_used
-- Uses up a code; nothing where it, or a later one, was used before.
update account set totp_step = %(step)s where account_id = %(account_id)s and coalesce(totp_step, 0) < %(step)s

-- name: account_signed_in
-- When somebody signed in.
update account set signed_in = %(now)s where account_id = %(account_id)s

-- name: account_delete
-- Removes an account with its roles and sessions.
delete from account where account_id = %(account_id)s

-- name: roles_delete
-- Takes all roles of an account.
delete from account_role where account_id = %(account_id)s

-- name: role_insert
-- Gives an account a role, at a site or at all.
insert into account_role (account_id, role, site_id) values (%(account_id)s, %(role)s, %(site_id)s) on conflict do nothing

-- name: session_insert
-- Opens a session of an account or of a key; nothing of an account that is blocked or has no role.
insert into session (digest, account_id, key_id, opened, rotated, expires, provider_session)
select %(digest)s, %(account_id)s::int, %(key_id)s::int, %(now)s, %(now)s, %(expires)s, %(provider_session)s
where %(account_id)s::int is null or exists (
    select from account a join account_role using (account_id) where a.account_id = %(account_id)s and not a.blocked
)
returning session_id

-- name: session_find
-- The session of a token, or of the one before it, with who it is and what it may.
select n.session_id, n.digest = %(digest)s as current, n.previous is not null as turning, n.rotated, n.expires, n.account_id,
    n.key_id, coalesce(a.display, k.name) as name, coalesce(
        (
            select json_agg(json_build_object('role', r.role, 'site', s.slug))
            from account_role r left join site s using (site_id) where r.account_id = a.account_id
        ), case when k.key_id is null then '[]' else json_build_array(json_build_object('role', k.role, 'site', ks.slug)) end
    ) as grants
from session n
left join account a using (account_id)
left join api_key k using (key_id)
left join site ks on ks.site_id = k.site_id
where (n.digest = %(digest)s or n.previous = %(digest)s) and n.expires > %(now)s
    and (k.key_id is null or (k.revoked is null and k.expires > %(now)s))

-- name: session_rotate
-- Gives a session a new token; the old one holds until the new one comes back. Nothing where somebody else was first.
update session set digest = %(new)s, previous = digest, rotated = %(now)s
where session_id = %(session_id)s and digest = %(digest)s and previous is null

-- name: session_settled
-- The new token has come back: the old one holds no more.
update session set previous = null where session_id = %(session_id)s and digest = %(digest)s

-- name: session_end
-- Ends a session; whose it was.
delete from session where session_id = %(session_id)s returning account_id, key_id

-- name: sessions_end
-- Ends every session of an account.
delete from session where account_id = %(account_id)s

-- name: sessions_end_provider
-- Ends what a provider has ended: a session of its own, or all of a person; whose they were.
delete from session n using account a
where a.account_id = n.account_id and a.issuer = %(issuer)s
    and (%(subject)s::text is null or a.subject = %(subject)s)
    and (%(sid)s::text is null or n.provider_session = %(sid)s or (n.provider_session is null and a.subject = %(subject)s))
returning n.account_id, a.display

-- name: sessions_forget
-- Forgets sessions that are over, and failures of yesterday.
with over as (delete from session where expires < %(now)s)
delete from sign_in_failure where last < %(now)s::timestamptz - interval '1 day'

-- name: failure_begin
-- Makes a row for who has not failed yet: a hash of a name, alone or with an address or a browser.
insert into sign_in_failure (name, failures, last, until) values (%(who)s, 0, %(now)s, %(now)s) on conflict (name) do nothing

-- name: failure_lock
-- Until when no attempt is looked at; of several attempts at once one after another finds out.
select failures, until from sign_in_failure where name = %(who)s for update

-- name: failure_add
-- Notes a failed attempt.
update sign_in_failure set failures = failures + 1, last = %(now)s, until = %(until)s where name = %(who)s

-- name: failure_clear
-- Forgets the failures of who has signed in.
delete from sign_in_failure where name = %(who)s

-- name: failure_take_back
-- Takes back an attempt that has not failed; failures of others stay.
update sign_in_failure set failures = failures - 1, until = %(now)s where name = %(who)s

-- name: keys
-- Every key that was not revoked, by name.
select k.key_id, k.name, k.role, s.slug as site, k.created, k.author, k.expires, k.used
from api_key k left join site s using (site_id) where k.revoked is null order by k.name

-- name: key_insert
-- Keeps the hash of a new key; nothing where the name is taken.
insert into api_key (name, digest, role, site_id, created, author, expires)
values (%(name)s, %(digest)s, %(role)s, %(site_id)s, %(now)s, %(author)s, %(expires)s)
on conflict (name) where revoked is null do nothing

-- name: key_find
-- The key of a digest, where it may still be used.
select k.key_id, k.name, k.role, s.slug as site, k.created, k.author, k.expires, k.used
from api_key k left join site s using (site_id)
where k.digest = %(digest)s and k.revoked is null and k.expires > %(now)s

-- name: key_used
-- When a key was used last, to the hour.
update api_key set used = %(now)s where key_id = %(key_id)s

-- name: key_revoke
-- Ends a key, and the sessions of the screens that were signed in with it.
with ended as (
    update api_key set revoked = %(now)s where name = %(name)s and revoked is null returning key_id
), screens as (delete from session where key_id in (select key_id from ended))
select key_id from ended

-- name: audit_add
-- Notes who changed what.
insert into audit (actor, action, site, subject, detail) values (%(actor)s, %(action)s, %(site)s, %(subject)s, %(detail)s)

-- name: audit
-- The audit, newest first, before an entry; of one site, one person and one kind of change, or all.
select entry_id, at, actor, action, site, subject, detail
from audit
where (%(site)s::text is null or site = %(site)s) and (%(actor)s::text is null or lower(actor) = lower(%(actor)s))
    and (%(action)s::text is null or action = %(action)s) and (%(before)s::bigint is null or entry_id < %(before)s)
order by entry_id desc
limit %(limit)s
