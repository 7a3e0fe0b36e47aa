-- Sites that were edited in pages since a site file was applied: a file that would undo that is refused.
create table site_edited (
    site_id int primary key references site on delete cascade,
    before text not null -- the site as a file, before its first edit; empty: it was made in pages
);
