-- name: codecs
-- Every codec, by name.
select vendor, model, source, sha256, added, added_by from codec order by lower(vendor), lower(model)

-- name: codec_put
-- Add a codec, or replace the one of the same name.
insert into codec (vendor, model, source, sha256, added, added_by)
values (%(vendor)s, %(model)s, %(source)s, %(sha256)s, %(now)s, %(author)s)
on conflict (lower(vendor), lower(model)) do update
set vendor = excluded.vendor, model = excluded.model, source = excluded.source, sha256 = excluded.sha256, added = excluded.added,
    added_by = excluded.added_by
where codec.sha256 <> excluded.sha256

-- name: codec_delete
-- Take a codec out.
delete from codec where lower(vendor) = lower(%(vendor)s) and lower(model) = lower(%(model)s)
