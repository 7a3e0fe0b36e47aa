-- What the last migrating made anew.
select version, digest from made_anew
