-- A tap of a count.
insert into manual_tap (count_id, position, time, direction, people, undone)
values (%(count_id)s, %(position)s, %(time)s, %(direction)s, %(people)s, %(undone)s)
