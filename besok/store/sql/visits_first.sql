-- The first business day on which visits of all of some sites were observed.
select min(day) as first from visits_together(%(sites)s, '1970-01-01', %(last)s)
