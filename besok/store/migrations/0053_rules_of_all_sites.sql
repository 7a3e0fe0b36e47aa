-- Rules about services, backups, jobs and disks are about the whole installation: with a site they never held.

update alert_rule set site_id = null where kind in ('service', 'backup_old', 'job_failed', 'disk_low');
