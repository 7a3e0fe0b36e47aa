"""Readers of external files: counts in many forms, registers of actions, calendars and weather."""
