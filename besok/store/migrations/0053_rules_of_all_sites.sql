-- Rules about services, backups, jobs and disks are about the whole installation: with a site most of them never held. Of several
-- that are the same now one stays.

update alert_rule set site_id = null where kind in ('service', 'backup_old', 'job_failed', 'disk_low');

with twice as (
    update alert_rule r set removed = now()
    where r.kind in ('service', 'backup_old', 'job_failed', 'disk_low') and r.removed is null and exists (
        select from alert_rule o
        where o.rule_id < r.rule_id and o.removed is null
            and (o.kind, o.target, o.minutes) = (r.kind, r.target, r.minutes)
            and (o.quiet_from, o.quiet_to) is not distinct from (r.quiet_from, r.quiet_to)
    )
    returning r.rule_id
)
update alert set resolved = now(), resolution_sent = now() where rule_id in (select rule_id from twice) and resolved is null;
