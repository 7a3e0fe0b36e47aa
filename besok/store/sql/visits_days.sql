-- The business days, but for those left out, on which all of some sites were observed.
select day from visits_together(%(sites)s, %(first)s, %(last)s) where day <> all(%(left_out)s::date[]) order by day
