"""Shared parts of long-running services: settings, logs, shutdown, status, the web server."""
