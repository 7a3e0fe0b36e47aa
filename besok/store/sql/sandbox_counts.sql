-- Deletes what people counted at the doors of a site, with their taps.
delete from manual_count where portal_id in (select portal_id from portal where site_id = %(site_id)s)
