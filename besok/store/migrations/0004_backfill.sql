-- How far an unfinished run of simulated history came (ops/backfill.py); a finished one leaves nothing here.
create table backfill (
    digest text primary key, -- of all that the run is made from
    sites text[] not null,
    done_until date not null,
    noted timestamptz not null default now()
);
