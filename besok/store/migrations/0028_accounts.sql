-- Who may sign in, as what and at which site; the sessions that are open; keys of programs and wall screens; and who changed what.
-- Of passwords, sessions and keys only hashes are kept.
create table account (
    account_id int generated always as identity primary key,
    name text not null unique, -- what is typed to sign in
    display text not null, -- what stands beside changes
    password text, -- argon2id; null where a provider signs the person in
    totp text, -- secret of the second factor, base32; null without one
    totp_step bigint, -- of the last code that was used: none is used twice
    issuer text, -- of the provider
    subject text, -- the person there
    created timestamptz not null,
    signed_in timestamptz, -- the last time
    unique (issuer, subject),
    check (num_nonnulls(issuer, subject) in (0, 2)),
    check ((issuer is null) <> (password is null))
);

create table account_role (
    account_id int not null references account on delete cascade,
    role text not null check (role in ('viewer', 'manager', 'planner', 'technician', 'admin')),
    site_id int references site on delete cascade, -- null for every site
    unique nulls not distinct (account_id, role, site_id)
);

create table api_key (
    key_id int generated always as identity primary key,
    name text not null,
    digest bytea not null unique, -- SHA-256 of the key, which is random and too long to be guessed
    role text not null check (role in ('viewer', 'manager', 'planner', 'technician', 'admin')),
    site_id int references site on delete cascade, -- null for every site
    created timestamptz not null,
    author text not null,
    expires timestamptz not null,
    used timestamptz, -- lately
    revoked timestamptz
);
create unique index api_key_name on api_key (name) where revoked is null;

create table session (
    session_id bigint generated always as identity primary key,
    digest bytea not null unique, -- SHA-256 of the token in the cookie
    previous bytea unique, -- of the one before, until the new one has come back
    account_id int references account on delete cascade,
    key_id int references api_key on delete cascade, -- of a wall screen
    opened timestamptz not null,
    rotated timestamptz not null,
    expires timestamptz not null,
    provider_session text, -- `sid` of the provider, which may end it
    check (num_nonnulls(account_id, key_id) = 1)
);
create index session_account on session (account_id);
create index session_key on session (key_id);

-- Failed attempts to sign in, by a hash of the name that was typed: each makes the next one wait longer.
create table sign_in_failure (
    name bytea primary key,
    failures int not null,
    last timestamptz not null,
    until timestamptz not null -- no attempt is looked at before
);

create table audit (
    entry_id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor text not null, -- an account, a key, or the user of a command
    action text not null, -- besok.store.audit.Action
    site text not null default '',
    subject text not null, -- what was changed
    detail text not null default ''
);
create index audit_at on audit (at desc);

create function audit_only_grows() returns trigger language plpgsql as $$
begin
    raise exception 'the audit only grows: entries are neither changed nor removed';
end
$$;
create trigger audit_only_grows before update or delete or truncate on audit
    for each statement execute function audit_only_grows();
