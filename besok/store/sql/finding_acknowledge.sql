-- Somebody has seen a finding, and says what is done about it.
with done as (
    update finding set state = 'acknowledged', acknowledged = %(now)s, who = %(who)s, note = %(note)s
    where finding_id = %(finding_id)s and state <> 'resolved'
    returning finding_id
)
insert into finding_history (finding_id, time, event, who, note)
select finding_id, %(now)s, 'acknowledged', %(who)s, %(note)s from done
