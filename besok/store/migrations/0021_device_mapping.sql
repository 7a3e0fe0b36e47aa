-- What a person has said of the messages of a device that nothing knows: read beside the mappings of site files. `sensors` are
-- the channels that were given their place with it (besok.model.site.Sensor, in `site_id`, since `since`); applying a site file
-- keeps them. `replayed` is when the messages kept until then were read again; null while that is still to be done.
create table device_mapping (
    mapping_id int generated always as identity primary key,
    spec json not null, -- besok.model.site.PayloadMapping
    author text not null,
    made timestamptz not null,
    ended timestamptz,
    replayed timestamptz,
    site_id int references site,
    sensors jsonb not null default '[]',
    since timestamptz
);

-- The messages that ask for a mapping, by topic (a hash of it, since topics may be long): the page Sensors looks for the last ones.
create index rejected_asks on rejected (hashtext(topic), rejected_id)
    where resolved is null and position('# values.' in reason) > 0;
