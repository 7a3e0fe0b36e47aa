-- Takes 15-minute figures in.
copy occupancy_bucket (space_id, bucket, people, lower, upper, raw, peak, peak_lower, peak_upper, basis, reason, final)
from stdin (format binary)
