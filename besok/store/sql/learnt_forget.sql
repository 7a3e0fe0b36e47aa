-- Forgets what was learnt before days that are long past.
delete from occupancy_learnt where day < %(before)s
