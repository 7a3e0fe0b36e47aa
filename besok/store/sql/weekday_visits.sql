-- Visits of some sites together by weekday (Monday 0), on the days of a range on which all of them were observed, but
-- for those left out: their mean, and how many days it rests on.
select extract(isodow from day)::int - 1 as weekday, avg(gross) as gross, avg(net) as net, count(*)::int as days
from visits_together(%(sites)s, %(first)s, %(last)s)
where day <> all(%(left_out)s::date[])
group by 1
order by 1
