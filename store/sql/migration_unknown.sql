-- Migrations the database has had that this program does not know.
select name from migration where name <> all(%(ours)s::text[]) order by name
