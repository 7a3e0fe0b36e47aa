-- name: receive_token_add
-- Keeps the hash of a new token; nothing if the name is taken.
insert into receive_token (name, digest, devices, created)
values (%(name)s, %(digest)s, %(devices)s, %(now)s)
on conflict (name) do nothing

-- name: receive_tokens
-- Every token that may be used, by name.
select name, digest, devices, created from receive_token order by name

-- name: receive_token_remove
-- Forgets a token: nobody can send with it any more.
delete from receive_token where name = %(name)s
