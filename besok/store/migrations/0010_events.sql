-- What stands out in the counts, and what came of what was done. Both are made anew from the readings; nothing rests on them.

-- Times at which far more or fewer people came than is usual.
create table unusual_time (
    site_id int not null references site on delete cascade,
    begins timestamptz not null,
    ends timestamptz not null check (ends > begins),
    people float8 not null,
    expected float8 not null,
    score float8 not null, -- log10 of how many times likelier it is with something going on than without
    primary key (site_id, begins, ends)
);

-- Up to which business day a site's counts were last looked at for something ('unusual', 'effects').
create table looked (
    site_id int not null references site on delete cascade,
    what text not null,
    until date not null,
    primary key (site_id, what)
);
