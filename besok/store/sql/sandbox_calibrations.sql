-- Deletes what was proposed and accepted for the doors of a site.
delete from calibration where portal_id in (select portal_id from portal where site_id = %(site_id)s)
