-- Takes away the minute figures of spaces in a range of time, to be written anew.
delete from occupancy_minute where space_id = any(%(spaces)s) and time >= %(begins)s and time < %(ends)s
