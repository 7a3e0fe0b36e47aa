-- name: migration_table
-- The list of migrations this database has had.
create table if not exists migration (
    name text primary key,
    digest text not null,
    ran timestamptz not null default now()
);

-- name: migration_get
-- The hash of a migration that ran.
select digest from migration where name = %(name)s

-- name: migration_add
-- Notes that a migration ran.
insert into migration (name, digest) values (%(name)s, %(digest)s)

-- name: migrations_had
-- The migrations that this database has had, each with its hash.
select name, digest from migration

-- name: made_anew
-- What the last migrating replaced.
select version, digest from made_anew

-- name: made_anew_put
-- Notes what a migrating replaced.
insert into made_anew (version, digest) values (%(version)s, %(digest)s)
on conflict (only_row) do update set version = excluded.version, digest = excluded.digest, ran = now()

-- name: metric_upsert
-- Keeps the metric catalogue in the database equal to the program's.
insert into metric (code, name, unit) values (%(code)s, %(name)s, %(unit)s)
on conflict (code) do update set name = excluded.name, unit = excluded.unit

-- name: role_there
-- Whether the server has a role.
select 1 from pg_roles where rolname = %(role)s
