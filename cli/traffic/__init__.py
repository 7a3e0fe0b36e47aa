"""Real traffic: recorded without what is personal, and played again on other days for sandbox sites."""
