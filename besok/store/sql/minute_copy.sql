-- Takes minute figures in.
copy occupancy_minute (space_id, time, people, lower, upper, raw, basis, reason, final) from stdin (format binary)
