-- Visits of some sites together over a range of business days: the sums, and on how many days, but for those left out, all of
-- them were observed.
select sum(gross) as gross, sum(net) as net, count(*)::int as days
from visits_together(%(sites)s, %(first)s, %(last)s)
where day <> all(%(left_out)s::date[])
