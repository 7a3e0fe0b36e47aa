-- What one person changed, newest first.
create index concurrently if not exists audit_actor on audit (lower(actor), entry_id desc);
