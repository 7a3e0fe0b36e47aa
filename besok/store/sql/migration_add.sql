-- Notes that a migration ran.
insert into migration (name, digest) values (%(name)s, %(digest)s)
