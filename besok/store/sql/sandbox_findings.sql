-- Deletes what was found to be wrong with the sensors of a sandbox; its history goes with it, and it is looked at anew.
with looked as (
    delete from quality_check where site_id = %(site_id)s
)
delete from finding where site_id = %(site_id)s
