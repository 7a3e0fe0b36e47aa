-- The counts of an import and its log go with it where its site is removed (besok.store.removal).
alter table count_import_log
    drop constraint count_import_log_import_id_fkey,
    add constraint count_import_log_import_id_fkey foreign key (import_id) references count_import on delete cascade;
alter table period_count
    drop constraint period_count_import_id_fkey,
    add constraint period_count_import_id_fkey foreign key (import_id) references count_import on delete cascade;
