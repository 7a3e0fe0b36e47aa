"""What is wrong with sensors: found, named, and told with its evidence. All functions are pure."""
