-- Vendors' JavaScript codecs for LoRaWAN frames that the operator has added. Each is pinned: a source that no longer has
-- the hash with which it was added is not run.
create table codec (
    vendor text not null,
    model text not null,
    source text not null,
    sha256 text not null,
    added timestamptz not null,
    added_by text not null
);
create unique index codec_name on codec (lower(vendor), lower(model));
