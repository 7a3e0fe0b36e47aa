-- Drops minute figures that are older; the 15-minute figures stay.
select drop_chunks('occupancy_minute', older_than => %(older_than)s::timestamptz)
