-- A picture behind the floor plan of a storey, as it was cleaned; the root space has that of the whole site.
create table plan_picture (
    space_id int primary key references space on delete cascade,
    media text not null check (media in ('image/svg+xml', 'image/png', 'image/jpeg')),
    digest text not null,
    content bytea not null
);
