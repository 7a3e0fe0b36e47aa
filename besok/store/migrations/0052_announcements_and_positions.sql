-- What the wall screens of a site announce: one text, until when, and who set it.
create table announcement (
    site_id int primary key references site on delete cascade,
    text text not null check (length(text) between 1 and 200),
    author text not null,
    made timestamptz not null,
    until timestamptz not null
);
-- Where a site is on the map: latitude and longitude in degrees.
alter table site add column position float8[] check (cardinality(position) = 2);
