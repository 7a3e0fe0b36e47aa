-- What a site file says has dates: opening hours as tables, each from a day on; spaces and portals from a first to a last day.

update site set opening = jsonb_build_object(
    'tables', jsonb_build_array(opening - 'exceptions'), 'exceptions', coalesce(opening -> 'exceptions', '[]')
);

alter table space
    add column first date, -- business days, both included; null: always
    add column last date,
    add column closed jsonb not null default '[]', -- besok.model.site.Closure
    add column used tstzmultirange; -- when it, and all that it lies in, is there and not closed; null: always
alter table portal
    add column first date,
    add column last date,
    add column used tstzmultirange; -- when it is there, and the spaces on both of its sides are used; null: always

delete from computed_result; -- what holds hours is computed again
