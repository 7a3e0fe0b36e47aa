-- Notes what a migrating made anew.
insert into made_anew (version, digest) values (%(version)s, %(digest)s)
on conflict (only_row) do update set version = excluded.version, digest = excluded.digest, ran = now()
