#!/bin/sh
# At each start of the database: the superuser `postgres`, and the owner `besok`, who is none and may make the roles of the
# programs, have the passwords that their files hold. In a database of an older version the superuser was `besok`: that one
# becomes `postgres`, and what it had made goes to the new owner. Whatever was done already is left as it is. TimescaleDB is brought
# to the version of the image, which only its owner may do.
set -e
files=${1:-/run/account}
export PGOPTIONS=--client-min-messages=warning
as() {
  name=$1
  shift
  psql -qAtX -v ON_ERROR_STOP=1 -U "$name" -d "$@"
}

if ! as postgres postgres -c 'select' 2>/dev/null; then
  as besok postgres -c 'drop role if exists besok_upgrade' -c 'create role besok_upgrade superuser login'
  as besok_upgrade postgres -c 'alter role besok rename to postgres'
fi

as postgres postgres -v files="$files" <<'SQL'
drop role if exists besok_upgrade;
select 'create role besok login createrole' where not exists (select from pg_roles where rolname = 'besok') \gexec
\setenv FILES :files
\set password `cat "$FILES/owner"`
alter role besok password :'password';
\set password `cat "$FILES/superuser"`
alter role postgres password :'password';
select 'create database besok owner besok' where not exists (select from pg_database where datname = 'besok') \gexec
SQL

for database in besok template1; do
  as postgres $database -c "select 'alter extension timescaledb update' from pg_extension where extname = 'timescaledb' \\gexec" || true
done

test "$(as postgres postgres -c "select datdba::regrole from pg_database where datname = 'besok'")" = besok && exit
as postgres besok <<'SQL'
select format('grant %I to besok with admin option', rolname) from pg_roles where rolname ~ '^besok_' \gexec
create temporary view ours as -- that is neither the system's nor of an extension
with ours as (
    select oid from pg_namespace where nspname !~ '^(pg_|_?timescaledb)' and nspname <> 'information_schema'
), given as (
    select objid from pg_depend where deptype in ('e', 'a', 'i') -- by an extension, or with a table that has it
)
select format('alter %s %s owner to besok', case relkind when 'v' then 'view' when 'm' then 'materialized view'
    when 'S' then 'sequence' else 'table' end, oid::regclass) as command
from pg_class
where relkind in ('r', 'p', 'v', 'm', 'S') and relnamespace in (select oid from ours) and oid not in (select objid from given)
union all
select format('alter routine %s owner to besok', oid::regprocedure)
from pg_proc where pronamespace in (select oid from ours) and oid not in (select objid from given)
union all
select format('alter type %s owner to besok', oid::regtype)
from pg_type
where typtype in ('e', 'd') and typnamespace in (select oid from ours) and oid not in (select objid from given);
select command from ours \gexec
alter database besok owner to besok; -- the last, so that what ended halfway begins again
SQL
