"""Backups: one file with the database as it was at one moment, and the way back from it."""
