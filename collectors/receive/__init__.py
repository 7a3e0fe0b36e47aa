"""Counters without MQTT: messages pushed by HTTP or put into a folder are published to the broker."""
