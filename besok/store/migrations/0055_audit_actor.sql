-- What one person changed, newest first.
create index audit_actor on audit (lower(actor), entry_id desc);
