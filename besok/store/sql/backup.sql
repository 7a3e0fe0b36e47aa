-- name: backup_tables
-- Our tables with their columns, those that others refer to first; not those of extensions, and not what a migration fills.
with recursive ours as (
    select c.oid, c.relname
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname not in ('migration', 'made_anew') and not exists (
        select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
), depth as (
    select oid, 0 as depth from ours
    union
    select f.conrelid, d.depth + 1
    from depth d join pg_constraint f on f.confrelid = d.oid and f.contype = 'f' and f.conrelid <> f.confrelid
    where d.depth < 100
)
select o.relname as name, array(
    select a.attname from pg_attribute a
    where a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum
)::text[] as columns
from ours o join depth d using (oid)
group by o.oid, o.relname
order by max(d.depth), o.relname

-- name: backup_sequences
-- The columns that are numbered by themselves.
select c.relname, a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname = 'public' and c.relkind in ('r', 'p') and pg_get_serial_sequence(quote_ident(c.relname), a.attname) is not null

-- name: backup_triggers
-- Our tables with triggers of ours, not TimescaleDB's.
select distinct c.relname
from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and not t.tgisinternal and t.tgname not like 'ts\_%'
