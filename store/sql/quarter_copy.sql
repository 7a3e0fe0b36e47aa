-- Takes 15-minute figures in.
copy occupancy_bucket (space_id, bucket, people, lower, upper, peak) from stdin (format binary)
