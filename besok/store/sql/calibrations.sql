-- What was proposed for the doors of a site, and what became of it; the latest first.
select k.calibration_id as id, s.slug as site, p.slug as portal, k.proposed, k.proposed_by, k.factor_in, k.factor_out, k.evidence,
    k.decision, k.decided, k.decided_by, k.decided_why, lower(k.valid) as valid_from, upper(k.valid) as valid_to,
    k.undone, k.undone_by, k.undone_why, k.channels
from calibration k
join portal p using (portal_id)
join site s using (site_id)
where %(site)s::text is null or s.slug = %(site)s
order by k.calibration_id desc
