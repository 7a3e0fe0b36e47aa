"""Adapters: modules for formats that no model table can describe, and what all readers share."""
