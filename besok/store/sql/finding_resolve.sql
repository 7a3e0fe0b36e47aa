-- Ends findings whose cause is gone.
with gone as (
    update finding set state = 'resolved', resolved = %(now)s
    where finding_id = any(%(ids)s) and state <> 'resolved'
    returning finding_id
)
insert into finding_history (finding_id, time, event) select finding_id, %(now)s, 'resolved' from gone
