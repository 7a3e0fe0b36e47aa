-- The taps of counts, in the order in which they were made.
select count_id, time, direction, people, undone
from manual_tap
where count_id = any(%(counts)s)
order by count_id, position
