"""Real traffic: recording without personal data, and replay on other days for sandbox sites."""
