-- Marks what was learnt of a site from days that have changed: before the days after `first` up to and with `last`.
update occupancy_learnt set stale = true
where site_id = %(site_id)s and day > %(first)s and day <= %(last)s and not stale
