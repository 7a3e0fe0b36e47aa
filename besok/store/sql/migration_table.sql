-- The list of migrations this database has had.
create table if not exists migration (
    name text primary key,
    digest text not null,
    ran timestamptz not null default now()
);
