-- Details of the audit are phrases with their values, said in the reader's language; texts of earlier versions stay texts.
alter table audit
    alter column detail drop default,
    alter column detail type jsonb using to_jsonb(detail),
    alter column detail set default '""';
