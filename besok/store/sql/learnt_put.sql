-- Keeps what was learnt of a site before a day.
insert into occupancy_learnt (site_id, day, learnt, building) values (%(site_id)s, %(day)s, %(learnt)s, %(building)s)
on conflict (site_id, day) do update set learnt = excluded.learnt, building = excluded.building, stale = false
