-- The migrations that this database has had, each with its hash.
select name, digest from migration
