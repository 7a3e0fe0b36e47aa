"""Devices: model tables and mappings define what the fields of a message mean; nothing else counts people."""
