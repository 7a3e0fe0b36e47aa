-- A proposal with its door, kept for the one who decides.
select k.calibration_id as id, k.portal_id, k.channels, k.decision, k.undone is not null as undone, k.evidence,
    lower(k.valid) as valid_from, upper(k.valid) as valid_to, s.slug as site
from calibration k
join portal p using (portal_id)
join site s using (site_id)
where k.calibration_id = %(id)s
for update of k
