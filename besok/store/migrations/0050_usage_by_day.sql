-- How a space was used on a business day that is over, as the statement `usage_days` sums it up from quarters of an hour, with a
-- row of each space that the site had. A day that changes has none until it is summed up again.
create table usage_day (
    space_id int not null references space on delete cascade,
    day date not null,
    known_hours float8 not null,
    person_hours float8 not null,
    width_hours float8 not null,
    open_known_hours float8 not null,
    open_person_hours float8 not null,
    open_width_hours float8 not null,
    first float8 not null,
    last float8 not null,
    by_people float8 not null,
    coverage float8 not null,
    entered float8[], -- people, and the mean and the variance of the hours since the day began
    "left" float8[],
    peak float8,
    peak_lower float8,
    peak_upper float8,
    peak_at timestamptz,
    primary key (space_id, day)
);

create function forget_usage() returns trigger language plpgsql as $$
begin
    delete from usage_day u using marked m join space z using (site_id) where u.space_id = z.space_id and u.day = m.day;
    return null;
end
$$;
create trigger usage_outdated after insert on dirty_day referencing new table as marked for each statement execute function forget_usage();
