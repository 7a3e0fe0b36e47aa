-- The date at a site at a moment, by its clock.
select (%(now)s::timestamptz at time zone timezone)::date from site where slug = %(site)s
