-- The opening hours of days that an import brings with its counts, as a site file has them: {"2019-01-02": "10:00-19:00"}.
alter table count_import add column hours jsonb not null default '{}';
