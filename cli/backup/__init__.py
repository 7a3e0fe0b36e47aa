"""Backups: one file with the database as of one moment, and its restoration."""
