-- Who may send counts by HTTP. A token is shown once, when it is made; only its hash is kept.
create table receive_token (
    name text primary key,
    digest bytea not null unique, -- SHA-256 of the token, which is random and too long to be guessed
    devices text[] not null, -- topic filters of what stands behind /in/ in the address
    created timestamptz not null
);
