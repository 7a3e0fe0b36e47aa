-- What the last migrating made anew (views, functions, the catalogue of metrics): one row.
create table made_anew (
    only_row boolean primary key default true check (only_row),
    version int not null, -- lines in store/always/versions.txt
    digest text not null,
    ran timestamptz not null default now()
);
