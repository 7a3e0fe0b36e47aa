"""Accounts of the broker and their rights, written for Mosquitto and RabbitMQ."""
