-- Takes minute figures in.
copy occupancy_minute (space_id, time, people, lower, upper, raw, basis, reason) from stdin (format binary)
