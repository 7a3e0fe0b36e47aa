"""Counters that do not speak MQTT: what they push by HTTP or put into a folder is published to the broker."""
