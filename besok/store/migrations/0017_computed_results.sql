-- What pages show and takes long to compute: written by the jobs for each business day, read by the pages. A result rests on
-- the days up to `until` of the sites in `rests_on`; it is deleted as soon as one of these days changes, and computed anew.
create table computed_result (
    site_id int not null references site,
    what text not null,
    until date not null,
    rests_on int[] not null,
    result jsonb not null,
    primary key (site_id, what)
);
