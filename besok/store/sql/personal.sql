-- name: personal_columns
-- Where people's names may stand, each with its type.
select p.relation, p.field, p.holds, p.link, i.data_type in ('json', 'jsonb') as json
from personal_column p
join information_schema.columns i on i.table_schema = 'public' and i.table_name = p.relation and i.column_name = p.field
order by p.relation, p.field

-- name: personal_texts
-- Every text of a column, once.
select distinct {field}::text from {relation} where {field} is not null and {here}

-- name: personal_count
-- How many rows hold a text.
select count(*) from {relation} where {field}::text = %(was)s and {here}

-- name: personal_replace
-- Puts another text in place of one.
update {relation} set {field} = %(text)s where {field}::text = %(was)s and {here}

-- name: personal_messages
-- Rejected messages, read and unread.
select rejected_id, topic, reason, payload from rejected

-- name: personal_messages_delete
-- Deletes rejected messages.
delete from rejected where rejected_id = any(%(ids)s)

-- name: personal_devices
-- Devices that no site has ever placed, with all that they and their lines are called.
select d.source, d.external_id, array_to_string(
    array[d.external_id, d.heard_model, d.topic] || d.topics || d.heard_on
    || array(select c.key from channel c where c.device_id = d.device_id), ' ')
from device d
where not exists (select from channel c join placement pl using (channel_id) where c.device_id = d.device_id)
order by d.device_id

-- name: personal_audit_open
-- Lets the owner change the audit in this transaction.
alter table audit disable trigger audit_only_grows

-- name: personal_audit_close
-- The audit only grows again.
alter table audit enable trigger audit_only_grows

-- name: personal_here_
-- Rows of every site.
true

-- name: personal_here_site
-- Rows that name a site.
site = %(site)s

-- name: personal_here_site_id
-- Rows of a site.
site_id = (select site_id from site where slug = %(site)s)

-- name: personal_here_space_id
-- Rows about the spaces of a site.
space_id in (select space_id from space join site using (site_id) where site.slug = %(site)s)

-- name: personal_here_portal_id
-- Rows about the passages of a site.
portal_id in (select portal_id from portal join site using (site_id) where site.slug = %(site)s)

-- name: personal_here_action_id
-- Rows about the actions of a site.
action_id in (select action_id from action join site using (site_id) where site.slug = %(site)s)

-- name: personal_here_event_id
-- Rows about the programme of a site.
event_id in (select event_id from programme_event join site using (site_id) where site.slug = %(site)s)

-- name: personal_here_finding_id
-- Rows about the findings of a site.
finding_id in (select finding_id from finding join site using (site_id) where site.slug = %(site)s)

-- name: personal_here_import_id
-- Rows about the imports of a site.
import_id in (select import_id from count_import join site using (site_id) where site.slug = %(site)s)

-- name: personal_here_device_id
-- Rows about devices that are or were placed in a site.
device_id in (
    select c.device_id from channel c
    join placement pl using (channel_id)
    left join portal p on p.portal_id = pl.portal_id
    left join space z on z.space_id = pl.space_id
    join site s on s.site_id = coalesce(p.site_id, z.site_id)
    where s.slug = %(site)s
)

-- name: personal_here_decision_id
-- Rows about the quarantine of devices that are or were placed in a site.
decision_id in (
    select q.decision_id from quarantine q
    join placement pl using (channel_id)
    left join portal p on p.portal_id = pl.portal_id
    left join space z on z.space_id = pl.space_id
    join site s on s.site_id = coalesce(p.site_id, z.site_id)
    where s.slug = %(site)s
)
