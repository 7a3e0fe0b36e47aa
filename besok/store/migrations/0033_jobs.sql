-- Runs of the duties of the jobs; the site of each alert; a message to try a target; the end of planned maintenance.

create table job_run (
    run_id bigint generated always as identity primary key,
    duty text not null,
    started timestamptz not null,
    ended timestamptz, -- null: it runs, or was interrupted and nobody has noticed yet
    outcome text check (outcome in ('done', 'failed', 'timed_out', 'interrupted')),
    message text not null default '',
    check ((ended is null) = (outcome is null))
);
create index on job_run (duty, started desc);

alter table alert add site_id int references site on delete cascade; -- null: of the whole installation
update alert a set site_id = r.site_id from alert_rule r where r.rule_id = a.rule_id;
alter table alert_target add trial boolean not null default false; -- a message to try it waits to be sent
alter table alert_mute add site_id int references site on delete cascade, add ended timestamptz, add ended_by text;
