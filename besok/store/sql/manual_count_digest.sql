-- What is known of a count that comes again.
select digest from manual_count where count_id = %(count_id)s
