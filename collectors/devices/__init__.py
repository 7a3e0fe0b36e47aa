"""Devices: model tables and mappings say what the fields of a message mean; nothing else counts people."""
