"""Detection of faulty sensors, with the evidence. All functions are pure."""
