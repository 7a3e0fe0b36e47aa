-- The hash of a migration that ran.
select digest from migration where name = %(name)s
